// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
/* The catalogue of findings. */
#include <strings.h>

#include "sim/kernel/seams/seams.h"

static const struct {
	const char *id;
	enum lfb_severity severity;
	const char *sentence;
} catalogue[LFB_FINDINGS_NR] = {
#define X(name, id, severity, sentence)                                                            \
	[LFB_FINDING_##name] = { id, LFB_SEVERITY_##severity, sentence },
	LFB_FINDING_IDS(X)
#undef X
};

static bool is_id(enum lfb_finding_id id)
{
	return (unsigned int)id < LFB_FINDINGS_NR;
}

const char *lfb_finding_name(enum lfb_finding_id id)
{
	return is_id(id) ? catalogue[id].id : NULL;
}

const char *lfb_finding_sentence(enum lfb_finding_id id)
{
	return is_id(id) ? catalogue[id].sentence : "";
}

enum lfb_severity lfb_finding_severity(enum lfb_finding_id id)
{
	return is_id(id) ? catalogue[id].severity : LFB_SEVERITY_NOTE;
}

const char *lfb_severity_name(enum lfb_severity severity)
{
	static const char *const names[] = { "note", "warning", "error", "fatal" };

	return (size_t)severity < ARRAY_SIZE(names) ? names[severity] : "unknown";
}

int lfb_finding_by_name(const char *name)
{
	for (int id = 0; name && id < LFB_FINDINGS_NR; id++) {
		if (!strcasecmp(catalogue[id].id, name))
			return id;
	}
	return lfb__fail(NULL, -ENOENT, "there is no finding \"%.64s\"", name ? name : "");
}
