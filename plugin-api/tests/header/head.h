// The boundary between hsmod plugins and Matrix homeservers, for plugins in C and C++.
//
// Written by `cargo xtask header` from the code; `docs/abi.md` says what everything means, and
// `docs/plugins-in-c.md` how to write a plugin. C99 and C++17.
#ifndef HSMOD_H
#define HSMOD_H

#include <stddef.h>
#include <stdint.h>
#include <string.h>

#if defined(_WIN32)
#define HSMOD_EXPORT __declspec(dllexport)
#else
#define HSMOD_EXPORT __attribute__((visibility("default")))
#endif

#if defined(__APPLE__)
#define HSMOD_SECTION __attribute__((section("__DATA,__hsmod")))
#elif defined(_MSC_VER)
#define HSMOD_SECTION
#else
#define HSMOD_SECTION __attribute__((section(".hsmod")))
#endif

#if defined(_MSC_VER)
#define HSMOD_ALIGNED __declspec(align(16))
#else
#define HSMOD_ALIGNED __attribute__((aligned(16)))
#endif

#if defined(__cplusplus)
#define HSMOD_ASSERT(what, name) static_assert(what, #name)
#elif defined(__STDC_VERSION__) && __STDC_VERSION__ >= 201112L
#define HSMOD_ASSERT(what, name) _Static_assert(what, #name)
#else
#define HSMOD_ASSERT(what, name) typedef char hsmod_assert_##name[(what) ? 1 : -1]
#endif

#if defined(__BYTE_ORDER__) && __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
#define HSMOD_ENDIAN HSMOD_ENTRY_BIG
#else
#define HSMOD_ENDIAN HSMOD_ENTRY_LITTLE
#endif

#ifdef __cplusplus
extern "C" {
#endif

/// A boolean: 0 is false, everything else true.
typedef uint8_t hsmod_flag;

/// The outcome of a call: HSMOD_STATUS_*.
typedef int32_t hsmod_status;

