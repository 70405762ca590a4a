// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
/*
 * The world: its machine and its agent. The module is in world_module.c.
 */
#include "tests/support/world.h"

const char *const world_profiles[] = {
	"rfc-v6", "linux-7.0", "linux-7.2", "linux-7.3", "reference", NULL,
};
const char *const world_early_profiles[] = { "rfc-v6", "linux-7.0", NULL };

struct world *world_create_with(const struct lfb_machine_options *options)
{
	struct world *world = calloc(1, sizeof(*world));

	assert_non_null(world);
	world->device = -1;
	assert_int_equal(lfb_machine_create(options, &world->machine), 0);
	world_make_module(world);
	assert_int_equal(lfb_agent_create(world->machine, "agent", &world->agent), 0);
	world->entered_before = lfb_machine_enter(world->machine);
	assert_int_equal(lfb_machine_boot(world->machine), 0);
	return world;
}

static void list_quirks(char *list, size_t size)
{
	const char *name;

	list[0] = '\0';
	for (unsigned int i = 0; (name = lfb_quirk_name(i)) != NULL; i++)
		snprintf(list + strlen(list), size - strlen(list), "%s ", name);
}

struct world *world_create(const char *profile, const char *quirks_on, const char *quirks_off)
{
	struct lfb_machine_options options = {
		.sz = sizeof(options),
		.memory = 8 << 20,
		.profile = profile,
		.quirks_on = quirks_on,
		.quirks_off = quirks_off,
	};
	char all[2048];

	if (quirks_off && !strcmp(quirks_off, "all")) {
		list_quirks(all, sizeof(all));
		options.quirks_off = all;
	}
	return world_create_with(&options);
}

struct world *world_create_quirk(const char *profile, const char *quirk, bool on)
{
	return world_create(profile, on ? quirk : NULL, on ? NULL : quirk);
}

void world_destroy(struct world *world)
{
	lfb_machine_enter(world->entered_before);
	lfb_machine_destroy(world->machine);
	world->recorder->loaded = false;
	lfb__recorder_destroy(world->recorder);
	free(world->log);
	free(world);
}

struct luo *world_luo(struct world *world)
{
	return world->machine->kernel.luo;
}

int world_register(struct world *world, unsigned int handler)
{
	return liveupdate_register_file_handler(world_handler(world, handler));
}

int world_link(struct world *world, unsigned int handler, unsigned int number)
{
	struct liveupdate_flb *flb = world_flb(world, number);
	int err = 0;

	if (world_is_rfc(world) && !flb->private.initialized)
		err = liveupdate_init_flb(flb);
	return err ? err : liveupdate_register_flb(world_handler(world, handler), flb);
}

static void wire(struct world *world)
{
	const char *at = world->wiring;
	unsigned int handler = 0;

	while (at && *at) {
		char *end;
		unsigned long number = strtoul(at, &end, 10);

		if (*end == ':') {
			handler = (unsigned int)number;
			assert_int_equal(world_register(world, handler), 0);
			end++;
		} else {
			assert_int_equal(world_link(world, handler, (unsigned int)number), 0);
		}
		while (*end == ',' || *end == ' ')
			end++;
		at = end;
	}
}

void world_wire(struct world *world, const char *wiring)
{
	world->wiring = wiring;
	wire(world);
}

int world_reboot(struct world *world)
{
	int err = lfb_machine_kexec(world->machine);

	if (err)
		return err;
	world->device = -1;
	wire(world);
	return 0;
}

/*
 * The agent
 */

int world_open(struct world *world)
{
	if (world->device < 0)
		world->device = lfb_agent_open(world->agent);
	return world->device;
}

int world_session(struct world *world, const char *name)
{
	int device = world_open(world);

	return device < 0 ? device : lfb_agent_create_session(world->agent, device, name);
}

int world_incoming(struct world *world, const char *name)
{
	int device = world_open(world);

	return device < 0 ? device : lfb_agent_retrieve_session(world->agent, device, name);
}

int world_file(struct world *world, unsigned int handler, unsigned long number)
{
	struct file *file = lfb__recorder_file(handler, number);

	return IS_ERR(file) ? (int)PTR_ERR(file) : lfb_agent_install(world->agent, file);
}

int world_preserve(struct world *world, int session, u64 token, unsigned int handler,
		   unsigned long number)
{
	int fd = world_file(world, handler, number);
	int err;

	if (fd < 0)
		return fd;
	err = lfb_agent_preserve(world->agent, session, fd, token);
	lfb_agent_close(world->agent, fd);
	return err;
}

int world_retrieve(struct world *world, int session, u64 token)
{
	return lfb_agent_retrieve(world->agent, session, token);
}

int world_finish(struct world *world, int session)
{
	return lfb_agent_finish(world->agent, session);
}

int world_close(struct world *world, int fd)
{
	if (fd == world->device)
		world->device = -1;
	return lfb_agent_close(world->agent, fd);
}

int world_get(struct world *world, unsigned int number, bool incoming, void **objp)
{
	struct liveupdate_flb *flb = world_flb(world, number);
	bool counted = !luo_quirk(world_luo(world), LUO_QUIRK_FLB_GET_UNCOUNTED);
	int err;

	*objp = NULL;
	if (world_is_rfc(world)) {
		err = incoming ? liveupdate_flb_incoming_locked(flb, objp) :
				 liveupdate_flb_outgoing_locked(flb, objp);
		if (!err && incoming)
			liveupdate_flb_incoming_unlock(flb, *objp);
		else if (!err)
			liveupdate_flb_outgoing_unlock(flb, *objp);
		return err;
	}
	err = incoming ? liveupdate_flb_get_incoming(flb, objp) :
			 liveupdate_flb_get_outgoing(flb, objp);
	if (!err && counted && incoming)
		liveupdate_flb_put_incoming(flb);
	else if (!err && counted)
		liveupdate_flb_put_outgoing(flb);
	return err;
}

/*
 * Counters
 */

struct lfb_machine_stats world_stats(struct world *world)
{
	/* Not what comes after these: pages that slabs and the map keep for the next time. */
	struct lfb_machine_stats stats = {
		.sz = offsetof(struct lfb_machine_stats, files_preserved) +
		      sizeof(stats.files_preserved),
	};

	assert_int_equal(lfb_machine_stats(world->machine, &stats), 0);
	return stats;
}

unsigned long world_unsafe(struct world *world)
{
	return lfb_event_count(world->machine, LFB_EVENT_UNSAFE);
}

unsigned long world_warns(struct world *world)
{
	return lfb_event_count(world->machine, LFB_EVENT_WARN);
}
