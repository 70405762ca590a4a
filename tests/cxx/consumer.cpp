// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
/* A program that is built with what is installed: a kernel boots and jumps into the next. */
#include <cstdio>

#include <luo/lfb.h>

int main()
{
	lfb_machine *machine;

	if (lfb_machine_create(nullptr, &machine))
		return 1;
	int err = lfb_machine_boot(machine);
	if (!err)
		err = lfb_machine_kexec(machine);
	if (err)
		std::printf("%s\n", lfb_error_text(machine));
	else
		std::printf("lfb %s: a kernel gave way to the next\n", lfb_version());
	lfb_machine_destroy(machine);
	return err != 0;
}
