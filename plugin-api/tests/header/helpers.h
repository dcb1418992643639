// The exports of a plugin. `HSMOD_MANIFEST` takes the fields of its manifest as JSON, without `abi`;
// `HSMOD_ENTRY` takes the address of its root table:
//
//     HSMOD_MANIFEST("name": "quiet", "version": "1.0.0", "description": "Denies nothing",
//                    "callbacks": {"spam_checker": ["user_may_invite"]})
//     HSMOD_ENTRY(&root)

extern HSMOD_EXPORT const hsmod_plugin_entry hsmod_entry;
extern HSMOD_EXPORT HSMOD_SECTION const char hsmod_manifest[];

#define HSMOD_QUOTED(what) HSMOD_AS_TEXT(what)
#define HSMOD_AS_TEXT(what) #what

#define HSMOD_MANIFEST(...)                                                                    \
    const char hsmod_manifest[] =                                                              \
        "{\"abi\":{\"major\":" HSMOD_QUOTED(HSMOD_ABI_MAJOR)                                   \
        ",\"minor\":" HSMOD_QUOTED(HSMOD_ABI_MINOR) "}," #__VA_ARGS__ "}";

#define HSMOD_ENTRY(root_table)                                                                \
    const hsmod_plugin_entry hsmod_entry = {                                                   \
        {'h', 's', 'm', 'o', 'd', 'A', 'B', 'I'}, sizeof(hsmod_plugin_entry), HSMOD_ABI_MAJOR, \
        HSMOD_ABI_MINOR, 8 * sizeof(void *), HSMOD_ENDIAN, HSMOD_ENTRY_HAS_NO_PANICS,          \
        HSMOD_ENTRY_C, 0, (root_table), NULL};

// Whether a table or structure of the other side is long enough to have this function or field.
#define HSMOD_REACHES(pointer, member)                                                         \
    ((size_t)((const char *)(&(pointer)->member + 1) - (const char *)(pointer)) <= (pointer)->size)
// Whether a table has a function.
#define HSMOD_HAS(table, function)                                                             \
    ((table) != NULL && HSMOD_REACHES(table, function) && (table)->function != NULL)

// --- Texts ---

/// Wraps a NUL-terminated string, without the NUL; none for NULL.
static inline hsmod_str hsmod_text(const char *text)
{
    hsmod_str lent;
    lent.pointer = (const uint8_t *)text;
    lent.length = text == NULL ? 0 : strlen(text);
    return lent;
}

/// Whether there is a text, and it equals `other`.
static inline int hsmod_str_equals(hsmod_str text, const char *other)
{
    return text.pointer != NULL && text.length == strlen(other) &&
           memcmp(text.pointer, other, text.length) == 0;
}

/// Whether the text contains `part`.
static inline int hsmod_str_contains(hsmod_str text, const char *part)
{
    size_t length = strlen(part), at;
    if (text.pointer == NULL) {
        return 0;
    }
    for (at = 0; at + length <= text.length; at++) {
        if (memcmp(text.pointer + at, part, length) == 0) {
            return 1;
        }
    }
    return 0;
}

/// A static string, given away without being freed; none for NULL.
static inline hsmod_owned_str hsmod_static_text(const char *text)
{
    hsmod_str lent = hsmod_text(text);
    hsmod_owned_str owned;
    owned.pointer = lent.pointer;
    owned.length = lent.length;
    owned.owner = NULL;
    owned.release = NULL;
    return owned;
}

/// Frees a text that we own.
static inline void hsmod_owned_str_drop(hsmod_owned_str text)
{
    if (text.release != NULL) {
        text.release(text.owner, text.pointer, text.length);
    }
}

/// The content of an event as JSON; the homeserver creates the text if it is not at hand.
static inline hsmod_str hsmod_event_content(const hsmod_event *event)
{
    if (event->content.pointer == NULL && event->texts.text != NULL) {
        return event->texts.text(event->texts.source, HSMOD_TEXT_CONTENT);
    }
    return event->content;
}

// --- Answers ---

/// Answers: writes the body after the head, as much of it as the caller has room for.
static inline hsmod_status hsmod_answer_with(hsmod_frame *frame, uint32_t kind, const void *body,
                                             size_t size)
{
    size_t head = sizeof(hsmod_answer);
    size_t room = frame->out_size - head;
    if (size > room) {
        size = room;
    }
    frame->out->size = (uint32_t)(head + size);
    frame->out->kind = kind;
    if (size > 0) {
        memcpy((char *)frame->out + head, body, size);
    }
    return HSMOD_STATUS_READY;
}

/// Denies, for rows that answer a `hsmod_verdict`. Both strings must be static; without a message
/// the client sees the callback's default message.
static inline hsmod_status hsmod_deny(hsmod_frame *frame, const char *errcode, const char *message)
{
    hsmod_verdict verdict;
    verdict.errcode = hsmod_static_text(errcode);
    verdict.message = hsmod_static_text(message);
    verdict.fields = hsmod_static_text(NULL);
    return hsmod_answer_with(frame, HSMOD_KIND_OK, &verdict, sizeof(verdict));
}

/// Fails with a static message.
static inline hsmod_status hsmod_fail(hsmod_frame *frame, const char *message)
{
    hsmod_error error;
    error.code = HSMOD_ERROR_FAILED;
    error.flags = 0;
    error.errcode = hsmod_static_text(NULL);
    error.message = hsmod_static_text(message);
    error.fields = hsmod_static_text(NULL);
    return hsmod_answer_with(frame, HSMOD_KIND_ERROR, &error, sizeof(error));
}

/// Answers an object, as `construct` does.
static inline hsmod_status hsmod_made(hsmod_frame *frame, const void *object,
                                      void (*release)(const void *))
{
    hsmod_object made;
    made.object = object;
    made.release = release;
    return hsmod_answer_with(frame, HSMOD_KIND_OK, &made, sizeof(made));
}

/// Suspends a call that is not ready: `poll` and `drop` get `data`, and one of them ends the call.
static inline hsmod_status hsmod_suspend(hsmod_frame *frame,
                                         hsmod_status (*poll)(void *, hsmod_frame *),
                                         hsmod_status (*drop)(void *, hsmod_frame *), void *data)
{
    frame->poll = poll;
    frame->drop = drop;
    frame->data = data;
    return HSMOD_STATUS_PENDING;
}

/// Frees what an error owns.
static inline void hsmod_error_drop(hsmod_error error)
{
    hsmod_owned_str_drop(error.errcode);
    hsmod_owned_str_drop(error.message);
    hsmod_owned_str_drop(error.fields);
}

/// Frees an answer that is an error or a panic; any other answer has to be freed by its type.
static inline void hsmod_failure_drop(const hsmod_done_answer *answer)
{
    if (answer->kind == HSMOD_KIND_ERROR) {
        hsmod_error_drop(answer->as.error);
    } else if (answer->kind == HSMOD_KIND_PANICKED) {
        hsmod_owned_str_drop(answer->as.panic.message);
        hsmod_owned_str_drop(answer->as.panic.file);
    }
}

/// Whether the answer of a request is an error or a panic. `answer` is any of the rows' answers.
static inline int hsmod_failed(hsmod_status status, const void *answer)
{
    uint32_t kind = ((const hsmod_done_answer *)answer)->kind;
    return status == HSMOD_STATUS_READY &&
           (kind == HSMOD_KIND_ERROR || kind == HSMOD_KIND_PANICKED);
}

/// Answers with the failure of a request, which is given away with all that it owns.
static inline hsmod_status hsmod_hand_on(hsmod_frame *frame, const void *answer)
{
    const hsmod_done_answer *failure = (const hsmod_done_answer *)answer;
    return hsmod_answer_with(frame, failure->kind, &failure->as,
                             failure->size - sizeof(hsmod_answer));
}

// --- Wakers ---

/// Clones a waker. The clone may be kept and used on any thread, and has to be dropped.
static inline hsmod_waker hsmod_waker_clone(const hsmod_waker *waker)
{
    return waker->table == NULL ? *waker : waker->table->clone(waker->data, waker->kind);
}

/// Wakes the caller: the call whose frame had this waker is polled again.
static inline void hsmod_wake(const hsmod_waker *waker)
{
    if (waker->table != NULL) {
        waker->table->wake_by_ref(waker->data, waker->kind);
    }
}

/// Drops a clone.
static inline void hsmod_waker_drop(const hsmod_waker *waker)
{
    if (waker->table != NULL) {
        waker->table->drop(waker->data, waker->kind);
    }
}

// --- Requests ---

/// A request that a module has made. It must stay in place until it has ended or was dropped.
typedef struct hsmod_request {
    hsmod_status (*poll)(void *, hsmod_frame *);
    hsmod_status (*drop)(void *, hsmod_frame *);
    void *data;
    HSMOD_ALIGNED unsigned char room[HSMOD_FRAME_ROOM_MIN];
} hsmod_request;

/// The frame for making or polling a request during the call of `within`, whose caller it wakes.
/// `out` is the answer of the row, of `out_size` bytes.
static inline hsmod_frame hsmod_request_frame(hsmod_request *request, const hsmod_frame *within,
                                              void *out, size_t out_size)
{
    hsmod_frame frame;
    memset(&frame, 0, sizeof(frame));
    frame.size = sizeof(frame);
    frame.out_size = (uint32_t)out_size;
    frame.waker = within->waker;
    frame.poll = request->poll;
    frame.drop = request->drop;
    frame.data = request->data;
    frame.room = request->room;
    frame.capacity = sizeof(request->room);
    frame.out = (hsmod_answer *)out;
    return frame;
}

/// Stores what a slot or a poll has written to the frame of a request; returns `status`.
static inline hsmod_status hsmod_request_keep(hsmod_request *request, const hsmod_frame *frame,
                                              hsmod_status status)
{
    int pending = status == HSMOD_STATUS_PENDING;
    request->poll = pending ? frame->poll : NULL;
    request->drop = pending ? frame->drop : NULL;
    request->data = pending ? frame->data : NULL;
    return status;
}

/// Polls a request that is not ready.
static inline hsmod_status hsmod_request_poll(hsmod_request *request, const hsmod_frame *within,
                                              void *out, size_t out_size)
{
    hsmod_frame frame = hsmod_request_frame(request, within, out, out_size);
    return hsmod_request_keep(request, &frame, request->poll(request->data, &frame));
}

/// Drops a request, if it has not ended.
static inline void hsmod_request_drop(hsmod_request *request, const hsmod_frame *within)
{
    hsmod_done_answer out;
    hsmod_frame frame = hsmod_request_frame(request, within, &out, sizeof(out));
    hsmod_status (*drop)(void *, hsmod_frame *) = request->drop;
    hsmod_request_keep(request, &frame, HSMOD_STATUS_NEUTRAL);
    if (drop != NULL && drop(frame.data, &frame) == HSMOD_STATUS_READY) {
        hsmod_failure_drop(&out);
    }
}

// --- The homeserver ---

/// The homeserver's table with this name (`HSMOD_GROUP_*` or `HSMOD_EXTENSION_LOG`); NULL if there is
/// none.
static inline const void *hsmod_extension(const hsmod_api *api, const char *name)
{
    return HSMOD_HAS(api->table, extension) ? api->table->extension(api->host, hsmod_text(name))
                                            : NULL;
}

/// Registers the callbacks in a table, for an object that lives until `release`.
static inline void hsmod_register(const hsmod_api *api, const char *category, const void *table,
                                  const void *object, void (*release)(const void *))
{
    hsmod_object shared;
    hsmod_registration registration;
    shared.object = object;
    shared.release = release;
    memset(&registration, 0, sizeof(registration));
    registration.size = sizeof(registration);
    registration.category = hsmod_text(category);
    registration.table = table;
    if (HSMOD_HAS(api->table, register_callbacks)) {
        api->table->register_callbacks(api->host, shared, &registration);
    }
}

/// Releases the reference to the homeserver that `construct` received.
static inline void hsmod_api_release(const hsmod_api *api)
{
    if (HSMOD_HAS(api->table, release)) {
        api->table->release(api->host);
    }
}

/// Logs a message, with a further text field if `name` is not NULL.
static inline void hsmod_log(const hsmod_log_table *log, uint8_t level, const char *target,
                             const char *message, const char *name, hsmod_str text)
{
    hsmod_field fields[2];
    hsmod_record record;
    if (!HSMOD_HAS(log, event)) {
        return;
    }
    memset(fields, 0, sizeof(fields));
    fields[0].size = fields[1].size = sizeof(hsmod_field);
    fields[0].kind = fields[1].kind = HSMOD_FIELD_TEXT;
    fields[0].name = hsmod_text("message");
    fields[0].text = hsmod_text(message);
    fields[1].name = hsmod_text(name);
    fields[1].text = text;
    memset(&record, 0, sizeof(record));
    record.size = sizeof(record);
    record.level = level;
    record.target = hsmod_text(target);
    record.fields.pointer = fields;
    record.fields.length = name == NULL ? 1 : 2;
    record.fields.stride = sizeof(hsmod_field);
    log->event(&record);
}

#ifdef __cplusplus
}
#endif

#endif
