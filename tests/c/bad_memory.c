// A plugin in C that uses memory as nobody may, as its config says; only a sanitizer notices.
// `cargo xtask sanitize` begins with it.
#include "hsmod.h"

#include <stdlib.h>

HSMOD_MANIFEST("name": "bad_memory", "version": "1.0.0")

/// The module, which has nothing.
static const char MODULE = 0;

/// What is read is used.
static volatile uint8_t seen;

/// Reads behind the end of memory of its own, after the end of its life, or not at all.
static void misuse(hsmod_str config)
{
    uint8_t *own = calloc(1, config.length);
    if (own == NULL) {
        abort();
    }
    if (hsmod_str_contains(config, "own")) {
        seen = own[config.length];
    }
    free(own);
    if (hsmod_str_contains(config, "freed")) {
        seen = own[0];
    }
}

static hsmod_status construct(const void *config, const hsmod_construct_args *args,
                              hsmod_frame *frame)
{
    (void)config;
    misuse(args->config);
    hsmod_api_release(&args->api);
    return hsmod_made(frame, &MODULE, NULL);
}

static const hsmod_root ROOT = {
    .size = sizeof(hsmod_root),
    .minor = HSMOD_ABI_MINOR,
    .construct = construct,
};

HSMOD_ENTRY(&ROOT)
