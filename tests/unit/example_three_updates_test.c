// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
/* The example makes no mistake but the one it shows: a session that is forgotten. */
#define EXAMPLE_FINDING LFB_FINDING_SESSION_NEVER_FINISHED
#include "tests/support/example_findings.h"

#include "examples/three_updates.c"

#include "tests/support/example_main.h"
