// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
/* The example makes no mistakes. */
#include "tests/support/example_findings.h"

#include "examples/hugetlb_lesson.c"

#include "tests/support/example_main.h"
