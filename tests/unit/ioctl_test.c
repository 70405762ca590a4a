// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
/* The ioctls of /dev/liveupdate and of sessions: every number, every size, any pointer. */
#include <sys/mman.h>
#include <unistd.h>

#include "tests/support/rig.h"
#include "tests/support/test.h"

#define BUFFER 16384

static struct rig rig;
static int device, session, file;
static const char *const profiles[] = { "rfc-v6", "linux-7.0" };

/* What is open: 3 the device, 4 session "vm", 5 a file of the rig's kind. */
static void start(const char *profile)
{
	const struct lfb_machine_options options = {
		.sz = sizeof(options),
		.memory = 4 << 20,
		.mode = LFB_MEMORY_FIXED,
		.profile = profile,
	};

	assert_int_equal(rig_start(&rig, &options), 0);
	device = lfb_agent_open(rig.agent);
	session = lfb_agent_create_session(rig.agent, device, "vm");
	file = rig_open_file(&rig, 1);
	assert_int_equal(device, 3);
	assert_int_equal(session, 4);
	assert_int_equal(file, 5);
}

static void stop(void)
{
	assert_int_equal(lfb_event_count(rig.machine, LFB_EVENT_BUG), 0);
	assert_int_equal(rig_still_works(&rig), 0);
	rig_stop(&rig);
}

/*
 * The requests
 */

struct request {
	const char *name;
	unsigned int cmd;
	bool on_session;
	u32 size;
};

static const struct request requests[] = {
	{ "create session", LIVEUPDATE_IOCTL_CREATE_SESSION, false,
	  sizeof(struct liveupdate_ioctl_create_session) },
	{ "retrieve session", LIVEUPDATE_IOCTL_RETRIEVE_SESSION, false,
	  sizeof(struct liveupdate_ioctl_retrieve_session) },
	{ "preserve", LIVEUPDATE_SESSION_PRESERVE_FD, true,
	  sizeof(struct liveupdate_session_preserve_fd) },
	{ "retrieve", LIVEUPDATE_SESSION_RETRIEVE_FD, true,
	  sizeof(struct liveupdate_session_retrieve_fd) },
	{ "finish", LIVEUPDATE_SESSION_FINISH, true, sizeof(struct liveupdate_session_finish) },
};

#define REQUESTS (sizeof(requests) / sizeof(requests[0]))

/* Fills in @buffer so that the request is a good one, apart from its size. */
static void fill_in(const struct request *request, void *buffer, u32 size)
{
	struct liveupdate_ioctl_create_session *create = buffer;
	struct liveupdate_session_preserve_fd *preserve = buffer;

	memset(buffer, 0, request->size);
	create->size = size;
	if (request->cmd == LIVEUPDATE_IOCTL_CREATE_SESSION)
		strcpy((char *)create->name, "new");
	if (request->cmd == LIVEUPDATE_IOCTL_RETRIEVE_SESSION)
		strcpy((char *)create->name, "unknown");
	if (request->cmd == LIVEUPDATE_SESSION_PRESERVE_FD) {
		preserve->fd = file;
		preserve->token = 9;
	}
	if (request->cmd == LIVEUPDATE_SESSION_RETRIEVE_FD)
		preserve->token = 8; /* unknown */
}

static int result_of_good(const struct request *request)
{
	return request->cmd == LIVEUPDATE_IOCTL_RETRIEVE_SESSION ||
	       request->cmd == LIVEUPDATE_SESSION_RETRIEVE_FD ? -ENOENT : 0;
}

static int request_at(int fd, unsigned int cmd, void *buffer)
{
	return lfb_agent_ioctl(rig.agent, fd, cmd, buffer);
}

static void check(const char *profile, const struct request *request, u32 size, void *buffer,
		  int expected)
{
	int ret = request_at(request->on_session ? session : device, request->cmd, buffer);

	if (ret != expected)
		fail_msg("%s, %s with size %u: %d, not %d (%s)", profile, request->name, size, ret,
			 expected, lfb_error_text(rig.machine));
	if (ret && !*lfb_error_text(rig.machine))
		fail_msg("%s, %s with size %u: no sentence", profile, request->name, size);
}

/* That many bytes, and then a page that is not there. */
static unsigned char *edge_of_memory(size_t size)
{
	unsigned char *pages = mmap(NULL, size + 4096, PROT_READ | PROT_WRITE,
				    MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	assert_ptr_not_equal(pages, MAP_FAILED);
	assert_int_equal(mprotect(pages + size, 4096, PROT_NONE), 0);
	return pages;
}

static void each_request_is_checked_for_its_size(void **state)
{
	/* There is no limit but where memory ends. */
	static const u32 huge[] = { 4096, 4097, BUFFER, BUFFER + 1, 0x7fffffff, 0x80000000,
				    0xffffffff };
	unsigned char *buffer = edge_of_memory(BUFFER);

	for (size_t i = 0; i < REQUESTS * 2; i++) {
		const struct request *request = &requests[i / 2];
		const char *profile = profiles[i % 2];

		for (u32 size = 0; size <= request->size + 8; size++) {
			start(profile);
			fill_in(request, buffer, size);
			memset(buffer + request->size, 0, 16);
			check(profile, request, size, buffer,
			      size < request->size ? -EINVAL : result_of_good(request));
			stop();
		}
		/* A tail the kernel does not know must be zero, each byte of it. */
		start(profile);
		for (u32 byte = 0; byte < 8; byte++) {
			fill_in(request, buffer, request->size + 8);
			memset(buffer + request->size, 0, 16);
			buffer[request->size + byte] = 0x80;
			check(profile, request, request->size + 8, buffer, -E2BIG);
		}
		/* What lies behind the caller's structure is not looked at. */
		fill_in(request, buffer, request->size);
		memset(buffer + request->size, 0xff, 16);
		check(profile, request, request->size, buffer, result_of_good(request));
		stop();
		for (size_t k = 0; k < sizeof(huge) / sizeof(huge[0]); k++) {
			start(profile);
			memset(buffer, 0, BUFFER);
			fill_in(request, buffer, huge[k]);
			check(profile, request, huge[k], buffer,
			      huge[k] <= BUFFER ? result_of_good(request) : -EFAULT);
			stop();
		}
	}
	munmap(buffer, BUFFER + 4096);
}

static bool is_known(unsigned int nr, bool on_session)
{
	for (size_t i = 0; i < REQUESTS; i++) {
		if (_IOC_NR(requests[i].cmd) == nr && requests[i].on_session == on_session)
			return true;
	}
	return false;
}

static void unknown_numbers_are_refused(void **state)
{
	unsigned char buffer[128] __attribute__((aligned(8))) = { 128 };

	for (size_t p = 0; p < 2; p++) {
		start(profiles[p]);
		for (unsigned int nr = 0; nr <= 0xff; nr++) {
			unsigned int cmd = _IO(LIVEUPDATE_IOCTL_TYPE, nr);

			for (int on_session = 0; on_session < 2; on_session++) {
				int fd = on_session ? session : device;

				if (is_known(nr, on_session))
					continue;
				assert_int_equal(request_at(fd, cmd, buffer), -EINVAL);
				assert_int_equal(request_at(fd, cmd, NULL), -EINVAL);
			}
		}
		stop();
	}
}

/* The number is right, and the type, the direction or the size in the command is not. */
static void the_other_kind_of_descriptor_is_named(void **state)
{
	start("linux-7.0");
	for (size_t i = 0; i < sizeof(requests) / sizeof(requests[0]); i++) {
		int fd = requests[i].on_session ? device : session;
		const char *why = requests[i].on_session ?
					  "this is /dev/liveupdate, and not a session" :
					  "this is a session, and not /dev/liveupdate";

		assert_int_equal(lfb_agent_ioctl(rig.agent, fd, requests[i].cmd, NULL), -EINVAL);
		assert_non_null(strstr(lfb_error_text(rig.machine), why));
	}
	stop();
}

static void wrong_encodings_are_refused(void **state)
{
	unsigned char buffer[128] __attribute__((aligned(8)));
	unsigned int tried = 0;

	start("linux-7.0");
	for (size_t i = 0; i < REQUESTS; i++) {
		const struct request *request = &requests[i];
		int fd = request->on_session ? session : device;
		unsigned int nr = _IOC_NR(request->cmd);

		for (unsigned int type = 0; type <= 0xff; type++) {
			for (unsigned int direction = 0; direction < 4; direction++) {
				for (unsigned int size = 0; size < 16384; size = size * 3 + 8) {
					unsigned int cmd = _IOC(direction, type, nr, size);

					if (cmd == request->cmd)
						continue;
					fill_in(request, buffer, request->size);
					assert_int_equal(request_at(fd, cmd, buffer), -ENOTTY);
					tried++;
				}
			}
		}
	}
	print_message("%u encodings\n", tried);
	stop();
}

static void pointers_to_nothing_are_refused(void **state)
{
	static const uintptr_t wild[] = { 0, 1, 8, 0x1234, 0x123456789000, 0x7ffffffffffff000,
					  0x8000000000000000, 0x6b6b6b6b6b6b6b6b,
					  UINTPTR_MAX & ~7ul, UINTPTR_MAX };

	for (size_t i = 0; i < REQUESTS * 2; i++) {
		start(profiles[i % 2]);
		for (size_t k = 0; k < sizeof(wild) / sizeof(wild[0]); k++) {
			check(profiles[i % 2], &requests[i / 2], 0, (void *)wild[k], -EFAULT);
			assert_int_equal(lfb_machine_state(rig.machine), LFB_RUNNING);
		}
		stop();
	}
}

static void structures_that_are_cut_off_are_refused(void **state)
{
	unsigned char *pages = edge_of_memory(4096);
	unsigned char whole[128] __attribute__((aligned(8)));

	start("linux-7.0");
	for (size_t i = 0; i < REQUESTS; i++) {
		for (u32 there = 8; there < requests[i].size; there += 8) {
			fill_in(&requests[i], whole, requests[i].size);
			memcpy(pages + 4096 - there, whole, there);
			check("linux-7.0", &requests[i], there, pages + 4096 - there, -EFAULT);
		}
		/* All of it is there but the tail the caller says it has. */
		fill_in(&requests[i], pages + 4096 - requests[i].size, requests[i].size + 8);
		check("linux-7.0", &requests[i], requests[i].size + 8,
		      pages + 4096 - requests[i].size, -EFAULT);
	}
	stop();
	munmap(pages, 8192);
}

/* Where the answer cannot be written nothing is done. */
static void structures_that_cannot_be_written_are_refused(void **state)
{
	unsigned char *pages = edge_of_memory(4096);
	struct lfb_machine_stats before = { .sz = sizeof(before) };
	struct lfb_machine_stats after = { .sz = sizeof(after) };

	start("linux-7.0");
	assert_int_equal(lfb_machine_stats(rig.machine, &before), 0);
	for (size_t i = 0; i < REQUESTS; i++) {
		assert_int_equal(mprotect(pages, 4096, PROT_READ | PROT_WRITE), 0);
		fill_in(&requests[i], pages, requests[i].size);
		assert_int_equal(mprotect(pages, 4096, PROT_READ), 0);
		check("linux-7.0", &requests[i], requests[i].size, pages, -EFAULT);
		assert_int_equal(lfb_machine_stats(rig.machine, &after), 0);
		assert_memory_equal(&before, &after, sizeof(before));
	}
	stop();
	munmap(pages, 8192);
}

static void descriptors_are_checked(void **state)
{
	static const int closed[] = { -1, -2, INT32_MIN, 0, 1, 2, 6, 7, 63, 64, 65, 4096,
				      1 << 20, (1 << 20) - 1, INT32_MAX };
	unsigned char buffer[128] __attribute__((aligned(8)));

	start("linux-7.0");
	for (size_t i = 0; i < REQUESTS; i++) {
		const struct request *request = &requests[i];

		fill_in(request, buffer, request->size);
		for (size_t k = 0; k < sizeof(closed) / sizeof(closed[0]); k++) {
			assert_int_equal(request_at(closed[k], request->cmd, buffer), -EBADF);
			assert_int_equal(lfb_agent_close(rig.agent, closed[k]), -EBADF);
			assert_int_equal(lfb_agent_finish(rig.agent, closed[k]), -EBADF);
			assert_null(lfb_agent_file(rig.agent, closed[k]));
			assert_non_null(strstr(lfb_error_text(rig.machine), "is not open"));
		}
		assert_int_equal(request_at(file, request->cmd, buffer), -ENOTTY);
		assert_int_equal(request_at(request->on_session ? device : session, request->cmd,
					    buffer), -EINVAL);
	}
	/* The file to preserve is a descriptor too. */
	for (size_t k = 0; k < sizeof(closed) / sizeof(closed[0]); k++)
		assert_int_equal(lfb_agent_preserve(rig.agent, session, closed[k], 1), -EBADF);
	assert_int_equal(lfb_agent_preserve(rig.agent, session, session, 1), -ENOENT);
	assert_int_equal(lfb_agent_close(rig.agent, session), 0);
	assert_int_equal(lfb_agent_finish(rig.agent, session), -EBADF);
	assert_int_equal(lfb_agent_close(rig.agent, session), -EBADF);
	stop();
}

static void the_answer_is_written_back(void **state)
{
	struct liveupdate_ioctl_create_session create = { .size = sizeof(create), .fd = -7 };
	struct liveupdate_ioctl_create_session same;

	start("linux-7.0");
	strcpy((char *)create.name, "another");
	same = create;
	assert_int_equal(lfb_agent_ioctl(rig.agent, device, LIVEUPDATE_IOCTL_CREATE_SESSION,
					 &create), 0);
	assert_int_equal(create.fd, 6);
	same.fd = 6;
	assert_memory_equal(&create, &same, sizeof(same));
	/* After a failure nothing is. */
	same = create;
	assert_int_equal(lfb_agent_ioctl(rig.agent, device, LIVEUPDATE_IOCTL_CREATE_SESSION,
					 &create), -EEXIST);
	assert_memory_equal(&create, &same, sizeof(same));
	stop();
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_request_is_checked_for_its_size),
		cmocka_unit_test(unknown_numbers_are_refused),
		cmocka_unit_test(the_other_kind_of_descriptor_is_named),
		cmocka_unit_test(wrong_encodings_are_refused),
		cmocka_unit_test(pointers_to_nothing_are_refused),
		cmocka_unit_test(structures_that_are_cut_off_are_refused),
		cmocka_unit_test(structures_that_cannot_be_written_are_refused),
		cmocka_unit_test(descriptors_are_checked),
		cmocka_unit_test(the_answer_is_written_back),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
