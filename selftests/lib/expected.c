// SPDX-License-Identifier: GPL-2.0-only
/*
 * The VMM's report, one line of JSON per VM, read with the knowledge of its order: anything that
 * does not stand where report.c of the VMM writes it is an error, never a default.
 */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "vmm.h"

/* Moves *@s behind the next @key that stands before @end; false without one */
static bool skip_to(const char **s, const char *key, const char *end)
{
	const char *at = strstr(*s, key);

	if (!at || (end && at >= end))
		return false;
	*s = at + strlen(key);
	return true;
}

static bool number_after(const char **s, const char *key, const char *end, uint64_t *n)
{
	char *stop;

	if (!skip_to(s, key, end))
		return false;
	*n = strtoull(*s, &stop, 10);
	if (stop == *s)
		return false;
	*s = stop;
	return true;
}

static bool bool_after(const char **s, const char *key, const char *end, bool *b)
{
	if (!skip_to(s, key, end))
		return false;
	*b = !strncmp(*s, "true", 4);
	return *b || !strncmp(*s, "false", 5);
}

/* A short string, its quote included in the caller's key */
static bool string_after(const char **s, const char *key, char *to, size_t size)
{
	size_t len;

	if (!skip_to(s, key, NULL))
		return false;
	len = strcspn(*s, "\"");
	if (!(*s)[len] || len >= size)
		return false;
	memcpy(to, *s, len);
	to[len] = '\0';
	*s += len + 1;
	return true;
}

static bool parse_works(const char **s, struct known_vcpu *v)
{
	uint64_t arg;

	if (!skip_to(s, "\"work\":[", NULL))
		return false;
	while (**s != ']') {
		struct known_work *w = &v->works[v->nr_works];

		if (v->nr_works == sizeof(v->works) / sizeof(*w) ||
		    !string_after(s, "{\"kind\":\"", w->kind, sizeof(w->kind)) ||
		    !number_after(s, "\"arg\":", NULL, &arg) ||
		    !number_after(s, "\"done\":", NULL, &w->done) || !skip_to(s, "}", NULL))
			return false;
		w->arg = arg;
		v->nr_works++;
		if (**s == ',')
			(*s)++;
	}
	return true;
}

uint64_t known_done(const struct known_vcpu *v, const char *kind)
{
	uint64_t n = 0;

	for (unsigned int i = 0; i < v->nr_works; i++)
		if (!strcmp(v->works[i].kind, kind))
			n += v->works[i].done;
	return n;
}

uint64_t known_arg_sum(const struct known_vcpu *v, const char *kind)
{
	uint64_t n = 0;

	for (unsigned int i = 0; i < v->nr_works; i++)
		if (!strcmp(v->works[i].kind, kind))
			n += v->works[i].done * v->works[i].arg;
	return n;
}

static bool parse_class(const char **s, struct known_reason *r)
{
	static const struct {
		const char *name;
		uint32_t class;
	} classes[] = {
		{ "exit\"", KVMLAT_REASON_CLASS_EXIT },
		{ "nested\"", KVMLAT_REASON_CLASS_NESTED },
		{ "reflected\"", KVMLAT_REASON_CLASS_REFLECTED },
	};

	if (!skip_to(s, "\"class\":\"", NULL))
		return false;
	for (unsigned int i = 0; i < sizeof(classes) / sizeof(*classes); i++)
		if (!strncmp(*s, classes[i].name, strlen(classes[i].name))) {
			r->class = classes[i].class;
			return true;
		}
	return false;
}

static bool parse_reasons(const char **s, struct known_vcpu *v)
{
	uint64_t code;

	if (!skip_to(s, "\"expect\":[", NULL))
		return false;
	while (**s != ']') {
		struct known_reason *r = &v->reasons[v->nr_reasons];

		if (v->nr_reasons == sizeof(v->reasons) / sizeof(*r) ||
		    !number_after(s, "{\"code\":", NULL, &code) ||
		    !string_after(s, "\"name\":\"", r->name, sizeof(r->name)) ||
		    !parse_class(s, r) ||
		    !number_after(s, "\"life\":", NULL, &r->life) ||
		    !bool_after(s, "\"life_exact\":", NULL, &r->life_exact) ||
		    !number_after(s, "\"run\":", NULL, &r->run) ||
		    !bool_after(s, "\"run_exact\":", NULL, &r->run_exact) ||
		    !skip_to(s, "}", NULL))
			return false;
		r->code = code;
		v->nr_reasons++;
		if (**s == ',')
			(*s)++;
	}
	return true;
}

/* "returns":[{"exit_reason":2,"life":15,"run":14}],"interrupted":{"life":0,"run":0} */
static bool parse_returns(const char **s, struct known_vcpu *v)
{
	uint64_t code;

	if (!skip_to(s, "\"returns\":[", NULL))
		return false;
	while (**s != ']') {
		struct known_return *r = &v->returns[v->nr_returns];

		if (v->nr_returns == sizeof(v->returns) / sizeof(*r) - 1 ||
		    !number_after(s, "{\"exit_reason\":", NULL, &code) ||
		    !number_after(s, "\"life\":", NULL, &r->life) ||
		    !number_after(s, "\"run\":", NULL, &r->run) || !skip_to(s, "}", NULL))
			return false;
		r->code = code;
		v->nr_returns++;
		if (**s == ',')
			(*s)++;
	}
	v->returns[v->nr_returns].code = KVMLAT_USER_INTERRUPTED;
	return skip_to(s, "\"interrupted\":{", NULL) &&
	       number_after(s, "\"life\":", NULL, &v->returns[v->nr_returns].life) &&
	       number_after(s, "\"run\":", NULL, &v->returns[v->nr_returns++].run);
}

/* Keeps the object's text, in which known_stat() looks for names */
static bool parse_stats(const char **s, char **text)
{
	const char *end = strchr(*s, '}');

	if (**s != '{' || !end)
		return false;
	*text = strndup(*s, end - *s);
	*s = end + 1;
	return *text;
}

static uint64_t stat_of(const char *text, const char *name)
{
	char key[80];
	uint64_t n;

	snprintf(key, sizeof(key), "\"%s\":", name);
	if (number_after(&text, key, NULL, &n))
		return n;
	fprintf(stderr, "KVM has no statistic \"%s\"\n", name);
	abort();
}

uint64_t known_stat(const struct known_vcpu *v, enum phase phase, const char *name)
{
	return stat_of(v->kvm, name) - (phase == RUN ? stat_of(v->kvm_at_gate, name) : 0);
}

uint64_t known_returns(const struct known_vcpu *v, enum phase phase, uint32_t code)
{
	for (unsigned int i = 0; i < v->nr_returns; i++)
		if (v->returns[i].code == code)
			return phase == RUN ? v->returns[i].run : v->returns[i].life;
	return 0;
}

static bool parse_vcpu(const char **s, struct known_vcpu *v)
{
	uint64_t vcpu, tid;

	*v = (struct known_vcpu){ 0 };
	if (!number_after(s, "{\"vcpu\":", NULL, &vcpu) ||
	    !number_after(s, "\"tid\":", NULL, &tid) || !bool_after(s, "\"ok\":", NULL, &v->ok) ||
	    !parse_works(s, v) || !parse_reasons(s, v) ||
	    !number_after(s, "\"timers\":", NULL, &v->timers) ||
	    !number_after(s, "\"late_ns\":", NULL, &v->late_ns) ||
	    !number_after(s, "\"latest_ns\":", NULL, &v->latest_ns) ||
	    !number_after(s, "\"spun_ns\":", NULL, &v->spun_ns) ||
	    !number_after(s, "\"slept_ns\":", NULL, &v->slept_ns) || !parse_returns(s, v) ||
	    !skip_to(s, "\"kvm_at_gate\":", NULL) || !parse_stats(s, &v->kvm_at_gate) ||
	    !skip_to(s, "\"kvm\":", NULL) || !parse_stats(s, &v->kvm) || !skip_to(s, "}", NULL))
		return false;
	v->vcpu = vcpu;
	v->tid = tid;
	v->exits_at_gate = known_stat(v, LIFE, "exits") - known_stat(v, RUN, "exits");
	v->exits = known_stat(v, LIFE, "exits");
	return true;
}

static bool parse_any(const char **s, struct known_vm *vm)
{
	const char *end;
	uint64_t code;

	if (!skip_to(s, "\"unpredictable\":[", NULL))
		return false;
	end = strchr(*s, ']');
	while (end && number_after(s, "{\"code\":", end, &code)) {
		if (!skip_to(s, "\"phase\":\"", end) ||
		    vm->nr_any_life == sizeof(vm->any_life) / sizeof(*vm->any_life))
			return false;
		vm->any_life[vm->nr_any_life++] = code;
		if (!strncmp(*s, "run", 3))
			vm->any_run[vm->nr_any_run++] = code;
	}
	return end;
}

static bool parse_vm(const char *s, struct known_vm *vm)
{
	uint64_t pid;

	if (!number_after(&s, "\"pid\":", NULL, &pid) ||
	    !number_after(&s, "\"moves\":", NULL, &vm->moves) || !parse_any(&s, vm) ||
	    !skip_to(&s, "\"vcpus\":[", NULL))
		return false;
	vm->pid = pid;
	while (*s != ']') {
		vm->vcpus = realloc(vm->vcpus, (vm->nr_vcpus + 1) * sizeof(*vm->vcpus));
		if (!parse_vcpu(&s, &vm->vcpus[vm->nr_vcpus++]))
			return false;
		if (*s == ',')
			s++;
	}
	return true;
}

int vmm_report(struct vmm *vmm, struct known_vm *vm)
{
	char *line = NULL;
	size_t size = 0;
	int err = 0;

	*vm = (struct known_vm){ 0 };
	if (getline(&line, &size, vmm->out) <= 0)
		err = EPIPE;
	else if (!parse_vm(line, vm))
		err = EBADMSG;
	free(line);
	return err;
}

void known_free(struct known_vm *vm)
{
	for (unsigned int i = 0; i < vm->nr_vcpus; i++) {
		free(vm->vcpus[i].kvm_at_gate);
		free(vm->vcpus[i].kvm);
	}
	free(vm->vcpus);
	*vm = (struct known_vm){ 0 };
}

static _Thread_local char text[512];

#define DIFFERS(fmt, ...) \
	(snprintf(text, sizeof(text), "VM %u vCPU %u: " fmt, acct->vm, acct->vcpu, ##__VA_ARGS__), \
	 text)

static bool is_any(const uint32_t *codes, unsigned int nr, uint32_t code)
{
	for (unsigned int i = 0; i < nr; i++)
		if (codes[i] == code)
			return true;
	return false;
}

static const struct known_reason *known_code(const struct known_vcpu *vcpu, uint32_t class,
					     uint32_t code)
{
	for (unsigned int i = 0; i < vcpu->nr_reasons; i++)
		if (vcpu->reasons[i].class == class && vcpu->reasons[i].code == code)
			return &vcpu->reasons[i];
	return NULL;
}

static const char *nothing_else(const struct acct *acct, const struct known_vm *vm,
				const struct known_vcpu *vcpu, enum phase phase)
{
	const uint32_t *any = phase == LIFE ? vm->any_life : vm->any_run;
	unsigned int nr = phase == LIFE ? vm->nr_any_life : vm->nr_any_run;

	for (unsigned int i = 0; i < acct->nr_rows; i++) {
		const struct row *row = &acct->rows[i];

		if (!row->count || !is_exit_class(row->class))
			continue;
		if (row->class == KVMLAT_REASON_CLASS_UNKNOWN ||
		    row->class == KVMLAT_REASON_CLASS_OTHER)
			return DIFFERS("%" PRIu64 " exits of class %u", row->count, row->class);
		/* A host interrupt may come while a nested guest runs */
		if (!is_any(any, nr, row->code) && !known_code(vcpu, row->class, row->code))
			return DIFFERS("%" PRIu64 " exits of class %u code %#x, which the guest did "
				       "not make", row->count, row->class, row->code);
	}
	return NULL;
}

const char *known_differs(const struct acct *acct, const struct known_vm *vm,
			  const struct known_vcpu *vcpu, enum phase phase)
{
	uint64_t exits = phase == LIFE ? vcpu->exits : vcpu->exits - vcpu->exits_at_gate;

	if (!vcpu->ok)
		return DIFFERS("the VMM itself disagrees with its guest");
	for (unsigned int i = 0; i < vcpu->nr_reasons; i++) {
		const struct known_reason *r = &vcpu->reasons[i];
		uint64_t want = phase == LIFE ? r->life : r->run;
		uint64_t got = acct_count_of(acct, r->class, r->code);

		if (phase == LIFE ? r->life_exact : r->run_exact) {
			if (got != want)
				return DIFFERS("class %u code %#x: counted %" PRIu64 ", not %"
					       PRIu64, r->class, r->code, got, want);
		} else if (got < want) {
			return DIFFERS("code %#x: counted %" PRIu64 ", not %" PRIu64 " or more",
				       r->code, got, want);
		}
	}
	/* An exit that 6.1 handles without a kvm_exit shows as an entry that follows an entry */
	if (acct_total(acct) + acct->reentries != exits)
		return DIFFERS("counted %" PRIu64 " exits and %" PRIu64 " re-entries, KVM %" PRIu64
			       " exits", acct_total(acct), acct->reentries, exits);
	return nothing_else(acct, vm, vcpu, phase);
}
