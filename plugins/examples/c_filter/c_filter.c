// A spam filter in C: denies events that advertise, and lets only server admins invite.
//
//     cc -std=c99 -shared -fPIC -I../../../plugin-api/include c_filter.c -o libc_filter.so
#include "hsmod.h"

#include <stdlib.h>

HSMOD_MANIFEST("name": "c_filter", "version": "1.0.0", "authors": ["The hsmod authors"],
               "description": "Denies advertisements, and invites that no admin sends",
               "callbacks": {"spam_checker": ["check_event_for_spam", "user_may_invite"]},
               "requires": ["spam_checker.check_event_for_spam", "spam_checker.user_may_invite",
                            "is_user_admin"])

/// The module: what it asks, and where it logs.
typedef struct filter {
    int references;
    hsmod_api api;
    const hsmod_users_table *users;
    const hsmod_log_table *log;
} filter;

/// Ready at once.
static hsmod_status check_event_for_spam(const void *object,
                                         const hsmod_spam_checker_check_event_for_spam_args *args,
                                         hsmod_frame *frame)
{
    const filter *self = object;
    if (!hsmod_str_contains(hsmod_event_content(args->event), "buy now")) {
        return HSMOD_STATUS_NEUTRAL;
    }
    hsmod_log(self->log, HSMOD_LOG_INFO, "c_filter", "advertisement", "sender",
              args->event->sender);
    return hsmod_deny(frame, "M_FORBIDDEN", "No advertisements here");
}

/// An invite that is not decided. The arguments live until it is.
typedef struct invite {
    const filter *self;
    hsmod_users_is_user_admin_args args;
    hsmod_request request;
} invite;

/// Asks, then waits for the answer. When the request is woken, this is polled again.
static hsmod_status invite_poll(void *data, hsmod_frame *frame)
{
    invite *invited = data;
    hsmod_flag_answer admin;
    hsmod_status status;
    if (invited->request.poll == NULL) {
        hsmod_frame own = hsmod_request_frame(&invited->request, frame, &admin, sizeof(admin));
        status = invited->self->users->is_user_admin(invited->self->api.host, &invited->args, &own);
        hsmod_request_keep(&invited->request, &own, status);
    } else {
        status = hsmod_request_poll(&invited->request, frame, &admin, sizeof(admin));
    }
    if (status == HSMOD_STATUS_PENDING) {
        return HSMOD_STATUS_PENDING;
    }
    free(invited);
    if (hsmod_failed(status, &admin)) {
        return hsmod_hand_on(frame, &admin);
    }
    if (status == HSMOD_STATUS_READY && admin.kind == HSMOD_KIND_OK && admin.as.ok) {
        return HSMOD_STATUS_NEUTRAL;
    }
    return hsmod_deny(frame, "M_FORBIDDEN", "Only admins invite");
}

/// Nobody waits any more.
static hsmod_status invite_drop(void *data, hsmod_frame *frame)
{
    invite *invited = data;
    hsmod_request_drop(&invited->request, frame);
    free(invited);
    return HSMOD_STATUS_NEUTRAL;
}

/// Not ready: first lets others have their turn, and is woken for its own at once.
static hsmod_status user_may_invite(const void *object,
                                    const hsmod_spam_checker_user_may_invite_args *args,
                                    hsmod_frame *frame)
{
    const filter *self = object;
    hsmod_waker waker;
    invite *invited = HSMOD_HAS(self->users, is_user_admin) ? calloc(1, sizeof(invite)) : NULL;
    if (invited == NULL) {
        return hsmod_fail(frame, "whether somebody is an admin cannot be asked");
    }
    invited->self = self;
    invited->args.args_size = sizeof(invited->args);
    invited->args.user_id = args->inviter;
    waker = hsmod_waker_clone(&frame->waker);
    hsmod_wake(&waker);
    hsmod_waker_drop(&waker);
    return hsmod_suspend(frame, invite_poll, invite_drop, invited);
}

static const hsmod_spam_checker_table CALLBACKS = {
    .size = sizeof(hsmod_spam_checker_table),
    .minor = HSMOD_ABI_MINOR,
    .check_event_for_spam = check_event_for_spam,
    .user_may_invite = user_may_invite,
};

/// Gives one of the two references back: that of the module, or that of its callbacks.
static void filter_release(const void *object)
{
    filter *self = (filter *)object;
    if (__atomic_sub_fetch(&self->references, 1, __ATOMIC_ACQ_REL) == 0) {
        hsmod_api_release(&self->api);
        free(self);
    }
}

/// Makes the module, and registers what it answers.
static hsmod_status construct(const void *config, const hsmod_construct_args *args,
                              hsmod_frame *frame)
{
    filter *self = calloc(1, sizeof(filter));
    (void)config;
    if (self == NULL) {
        hsmod_api_release(&args->api);
        return hsmod_fail(frame, "no memory");
    }
    self->references = 2;
    self->api = args->api;
    self->users = hsmod_extension(&self->api, HSMOD_GROUP_USERS);
    self->log = hsmod_extension(&self->api, HSMOD_EXTENSION_LOG);
    hsmod_register(&self->api, HSMOD_CATEGORY_SPAM_CHECKER, &CALLBACKS, self,
                   filter_release);
    return hsmod_made(frame, self, filter_release);
}

static const hsmod_root ROOT = {
    .size = sizeof(hsmod_root),
    .minor = HSMOD_ABI_MINOR,
    .construct = construct,
};

HSMOD_ENTRY(&ROOT)
