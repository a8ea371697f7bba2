// SPDX-License-Identifier: GPL-2.0-only
#include "internal.h"

static const char * const scope_names[] = {
	[KVMLAT_SCOPE_HOST]	= "host",
	[KVMLAT_SCOPE_VM]	= "vm",
	[KVMLAT_SCOPE_VCPU]	= "vcpu",
};

static const char * const unit_names[] = {
	[KVMLAT_UNIT_NS]	= "ns",
	[KVMLAT_UNIT_CYCLES]	= "cycles",
	[KVMLAT_UNIT_COUNT]	= "count",
	[KVMLAT_UNIT_FACTOR]	= "factor",
};

static const char * const action_names[] = {
	[KVMLAT_ACTION_SET]		= "set",
	[KVMLAT_ACTION_ROLLBACK]	= "rollback",
	[KVMLAT_ACTION_UNDO]		= "undo",
	[KVMLAT_ACTION_UNLOAD]		= "unload",
};

static const char * const result_names[] = {
	[KVMLAT_RESULT_APPLIED]		= "applied",
	[KVMLAT_RESULT_CHECKED]		= "checked",
	[KVMLAT_RESULT_FAILED]		= "failed",
	[KVMLAT_RESULT_RESTORED]	= "restored",
	[KVMLAT_RESULT_COVERED]		= "covered",
	[KVMLAT_RESULT_LEFT]		= "left",
	[KVMLAT_RESULT_GONE]		= "gone",
};

#define PICK(names, i)	((i) < ARRAY_SIZE(names) ? (names)[i] : "unknown")

const char *kvmlat_scope_name(uint32_t scope)
{
	return PICK(scope_names, scope);
}

const char *kvmlat_unit_name(uint32_t unit)
{
	return PICK(unit_names, unit);
}

const char *kvmlat_action_name(uint32_t action)
{
	return PICK(action_names, action);
}

const char *kvmlat_result_name(uint32_t result)
{
	return PICK(result_names, result);
}
