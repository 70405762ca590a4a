// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
#include "tests/support/second_module.h"

static LFB_MODULE_DATA(second) int counter = 10;
static LFB_MODULE_DATA(spread) int half = 20;

static void (*logger)(const char *line);

static int second_init(void)
{
	logger("second init");
	return 0;
}

static void second_exit(void)
{
	logger("second exit");
}

LFB_MODULE(second, second_init, second_exit);

struct lfb_module *second_module_for(void (*log)(const char *line))
{
	logger = log;
	return &second_module;
}

int *second_counter(void)
{
	return &counter;
}

int *spread_counter(void)
{
	return &half;
}
