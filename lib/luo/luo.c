// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
#include "lib/luo/luo.h"

#include <stdio.h>

bool luo_any_session(const struct luo *luo)
{
	return luo->incoming.count || luo->outgoing.count;
}

bool luo_all_finished(const struct luo *luo)
{
	const struct liveupdate_session *session;

	if (luo->handed_over && !luo->restored)
		return false;
	list_for_each_entry(session, &luo->incoming.list, list) {
		if (session->count)
			return false;
	}
	return true;
}

struct luo_name luo_name(const char *type, const char *name)
{
	struct luo_name object;

	snprintf(object.text, sizeof(object.text), "%s %.64s", type, name);
	return object;
}

struct luo_name luo_file_name(const struct luo_file *luo_file)
{
	struct luo_name object;

	snprintf(object.text, sizeof(object.text), "file %.47s token %llu of session %.64s",
		 luo_file->handler->compatible, luo_file->token,
		 luo_file->session->name);
	return object;
}
