/* SPDX-License-Identifier: MIT */
#ifndef METHOD_TESTS_PREDICT_H
#define METHOD_TESTS_PREDICT_H

#include "base/clock.h"
#include "method/method.h"

/* Windows of methods, for tests. */

#define MS(n) ((n) * NS_PER_MS)

/* Everything lost both ways, where @kind loses, on a kernel of 250 Hz. */
struct situation predict_after(enum effect_kind kind, enum traffic traffic, int64_t since_armed_ns);

/* @options: "name=val,name=val" */
struct window predict(const struct method *method, const char *options, const struct situation *s);

/* Asserts a window from @lo_ns to @hi_ns, exactly, or somewhere in there. */
void predict_is(const struct window *w, int64_t lo_ns, int64_t hi_ns);
void predict_within(const struct window *w, int64_t lo_ns, int64_t hi_ns);

#endif
