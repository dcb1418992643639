// A plugin in C that does what it should not, as the sender of an event, or who invites, says.
#include "hsmod.h"

#include <stdlib.h>

HSMOD_MANIFEST("name": "bad_filter", "version": "1.0.0",
               "callbacks": {"spam_checker": ["check_event_for_spam", "user_may_invite"]})

typedef struct filter {
    int references;
    hsmod_api api;
    const hsmod_users_table *users;
} filter;

/// Text that is none.
static const uint8_t BROKEN[] = {'M', '_', 0xff, 0xfe};

static hsmod_owned_str broken(void)
{
    hsmod_owned_str text = hsmod_static_text(NULL);
    text.pointer = BROKEN;
    text.length = sizeof(BROKEN);
    return text;
}

static hsmod_status check_event_for_spam(const void *object,
                                         const hsmod_spam_checker_check_event_for_spam_args *args,
                                         hsmod_frame *frame)
{
    hsmod_str sender = args->event->sender;
    hsmod_verdict verdict;
    (void)object;
    memset(&verdict, 0, sizeof(verdict));
    if (hsmod_str_equals(sender, "@unknown_kind:example.com")) {
        return hsmod_answer_with(frame, 77, NULL, 0);
    }
    if (hsmod_str_equals(sender, "@cut_off:example.com")) {
        return hsmod_answer_with(frame, HSMOD_KIND_OK, &verdict, 8);
    }
    if (hsmod_str_equals(sender, "@not_written:example.com")) {
        return HSMOD_STATUS_READY;
    }
    if (hsmod_str_equals(sender, "@unknown_status:example.com")) {
        return 99;
    }
    if (hsmod_str_equals(sender, "@pending_without_poll:example.com")) {
        return HSMOD_STATUS_PENDING;
    }
    if (hsmod_str_equals(sender, "@broken_text:example.com")) {
        verdict.errcode = broken();
        return hsmod_answer_with(frame, HSMOD_KIND_OK, &verdict, sizeof(verdict));
    }
    if (hsmod_str_equals(sender, "@failure:example.com")) {
        return hsmod_fail(frame, "as it was told to");
    }
    if (hsmod_str_equals(sender, "@neutral_in_words:example.com")) {
        return hsmod_answer_with(frame, HSMOD_KIND_NEUTRAL, NULL, 0);
    }
    return HSMOD_STATUS_NEUTRAL;
}

/// Asks what cannot be asked, and fails as the homeserver says.
static hsmod_status user_may_invite(const void *object,
                                    const hsmod_spam_checker_user_may_invite_args *args,
                                    hsmod_frame *frame)
{
    const filter *self = object;
    hsmod_users_is_user_admin_args asked;
    const hsmod_users_is_user_admin_args *given = &asked;
    hsmod_request request;
    hsmod_flag_answer answer;
    hsmod_frame own;
    hsmod_status status;
    memset(&request, 0, sizeof(request));
    memset(&asked, 0, sizeof(asked));
    asked.args_size = sizeof(asked);
    asked.user_id = args->inviter;
    if (hsmod_str_equals(args->inviter, "@broken_text:example.com")) {
        asked.user_id.pointer = BROKEN;
        asked.user_id.length = sizeof(BROKEN);
    } else if (hsmod_str_equals(args->inviter, "@short:example.com")) {
        asked.args_size = 8;
    } else if (hsmod_str_equals(args->inviter, "@null:example.com")) {
        given = NULL;
    }
    own = hsmod_request_frame(&request, frame, &answer, sizeof(answer));
    status = self->users->is_user_admin(self->api.host, given, &own);
    if (hsmod_failed(status, &answer)) {
        return hsmod_hand_on(frame, &answer);
    }
    hsmod_request_keep(&request, &own, status);
    hsmod_request_drop(&request, frame);
    return HSMOD_STATUS_NEUTRAL;
}

/// Of a time when there was one callback: what lies behind is not looked at.
static hsmod_spam_checker_table SHORTER = {
    .size = offsetof(hsmod_spam_checker_table, should_drop_federated_event),
    .minor = 0,
    .check_event_for_spam = check_event_for_spam,
    .user_may_invite = user_may_invite,
};

static hsmod_spam_checker_table WHOLE = {
    .size = sizeof(hsmod_spam_checker_table),
    .minor = 0,
    .check_event_for_spam = check_event_for_spam,
    .user_may_invite = user_may_invite,
};

static void filter_release(const void *object)
{
    filter *self = (filter *)object;
    if (__atomic_sub_fetch(&self->references, 1, __ATOMIC_ACQ_REL) == 0) {
        hsmod_api_release(&self->api);
        free(self);
    }
}

static hsmod_status construct(const void *config, const hsmod_construct_args *args,
                              hsmod_frame *frame)
{
    filter *self;
    (void)config;
    if (hsmod_str_contains(args->config, "refuse")) {
        hsmod_api_release(&args->api);
        return hsmod_fail(frame, "the config says so");
    }
    self = calloc(1, sizeof(filter));
    if (self == NULL) {
        abort();
    }
    self->references = 2;
    self->api = args->api;
    self->users = hsmod_extension(&self->api, HSMOD_GROUP_USERS);
    if (hsmod_str_contains(args->config, "unknown category")) {
        hsmod_register(&self->api, "wishes/1", &WHOLE, self, filter_release);
    } else {
        hsmod_register(&self->api, HSMOD_CATEGORY_SPAM_CHECKER,
                       hsmod_str_contains(args->config, "shorter") ? &SHORTER : &WHOLE, self,
                       filter_release);
    }
    return hsmod_made(frame, self, filter_release);
}

static const hsmod_root ROOT = {
    .size = sizeof(hsmod_root),
    .minor = HSMOD_ABI_MINOR,
    .construct = construct,
};

HSMOD_ENTRY(&ROOT)
