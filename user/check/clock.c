// SPDX-License-Identifier: GPL-2.0-only
/* Families "clock" and "guest": what time is read from, and which devices the guest asks. */
#include <stdio.h>
#include <string.h>

#include "evidence.h"
#include "model/detail_names.h"

#define NSEC_PER_SEC	1000000000.0

/* As often as a guest may ask for the time by an exit, or visit a device that is emulated. */
#define OFTEN_HZ	100
#define CLOCK_HZ	10

/* Where QEMU's machines have ACPI's timer, and a PC its HPET. */
#define PM_TIMER_PC	0x608
#define PM_TIMER_OLD	0xb008
#define HPET		0xfed00000

void check_clocksource(const struct facts *f, struct finding *found)
{
	static const char * const good[] = { "tsc", "kvm-clock", "hyperv_clocksource_tsc_page" };
	const struct fact *now = &f->file[FACT_CLOCKSOURCE];
	char name[32];
	size_t i;

	if (now->known != READ) {
		is_unread(found, FACT_CLOCKSOURCE);
		return;
	}
	snprintf(name, sizeof(name), "%.*s", line_length(now->text, 80), now->text);
	for (i = 0; i < sizeof(good) / sizeof(*good); i++)
		if (!strcmp(name, good[i])) {
			is_good(found, "clock source: %s", name);
			return;
		}
	is_bad(found, "clock source: %s", name);
	by_command(found, "echo tsc >%s", fact_path(FACT_CLOCKSOURCE));
}

void check_tsc(const struct facts *f, struct finding *found)
{
	const struct fact *all = &f->file[FACT_CLOCKSOURCES];

	if (all->known != READ) {
		is_unread(found, FACT_CLOCKSOURCES);
	} else if (has_word(all->text, "tsc")) {
		is_good(found, "the kernel trusts the TSC");
	} else {
		is_bad(found, "the kernel does not trust the TSC: clock sources are %.*s",
		       line_length(all->text, 80), all->text);
		by_line(found, BOOT_FILE, "tsc=reliable");
	}
}

/* Seconds of a VM's details. */
static double seconds_of(const struct fact_vm *vm)
{
	const struct kvmlat_account *a = &vm->account;

	return a->details_since && a->end > a->details_since ?
	       (a->end - a->details_since) / NSEC_PER_SEC : 0;
}

/* False, having said so, if exits of a guest cannot be told apart. */
static bool has_details(const struct facts *f, struct finding *found)
{
	size_t i;

	if (!has_guests(f, found))
		return false;
	for (i = 0; i < f->nr_vms; i++)
		if (!seconds_of(&f->vms[i])) {
			is_unknown(found, "no details of the exits of VM %u are collected: \"kvmlat detail on\" switches them on",
				   f->vms[i].vm_id);
			return false;
		}
	return true;
}

static const char *clock_of(const struct kvmlat_detail *d)
{
	if (d->kind == KVMLAT_DETAIL_KIND_PIO_IN &&
	    (d->key == PM_TIMER_PC || d->key == PM_TIMER_OLD))
		return "acpi_pm";
	return d->kind == KVMLAT_DETAIL_KIND_MMIO_READ && d->key == HPET ? "hpet" : NULL;
}

void check_guest_clock(const struct facts *f, struct finding *found)
{
	size_t i, j;

	if (!has_details(f, found))
		return;
	for (i = 0; i < f->nr_vms; i++) {
		const struct fact_vm *vm = &f->vms[i];

		for (j = 0; j < vm->account.nr_details; j++) {
			const struct kvmlat_detail *d = &vm->account.details[j];
			double rate = (d->count - d->error) / seconds_of(vm);

			if (!clock_of(d) || rate < CLOCK_HZ)
				continue;
			is_bad(found, "guest \"%.80s\" reads the clock \"%s\"", vm->guest,
			       clock_of(d));
			here_is(found, "%.0f exits a second, %llu in all", rate,
				(unsigned long long)d->count);
			by_nothing(found, "in the guest: echo kvm-clock >%s, or tsc",
				   fact_path(FACT_CLOCKSOURCE));
			return;
		}
	}
	is_good(found, "guests that read a clock by %d exits a second or more: 0 of %zu", CLOCK_HZ,
		f->nr_vms);
}

static bool is_device(uint32_t kind)
{
	return kind == KVMLAT_DETAIL_KIND_PIO_IN || kind == KVMLAT_DETAIL_KIND_PIO_OUT ||
	       kind == KVMLAT_DETAIL_KIND_MMIO_READ || kind == KVMLAT_DETAIL_KIND_MMIO_WRITE;
}

void check_devices(const struct facts *f, struct finding *found)
{
	const struct kvmlat_detail *worst = NULL;
	const struct fact_vm *whose = NULL;
	double rate, most = OFTEN_HZ;
	const char *name;
	size_t i, j;

	if (!has_details(f, found))
		return;
	for (i = 0; i < f->nr_vms; i++)
		for (j = 0; j < f->vms[i].account.nr_details; j++) {
			const struct kvmlat_detail *d = &f->vms[i].account.details[j];

			rate = (d->count - d->error) / seconds_of(&f->vms[i]);
			if (!is_device(d->kind) || rate < most)
				continue;
			most = rate;
			worst = d;
			whose = &f->vms[i];
		}
	if (!worst) {
		is_good(found, "ports and pages with %d exits a second or more: none of %zu guests",
			OFTEN_HZ, f->nr_vms);
		return;
	}
	name = detail_name(worst->kind, worst->key);
	is_bad(found, "guest \"%.80s\": %s %#llx, %s", whose->guest,
	       worst->kind <= KVMLAT_DETAIL_KIND_PIO_OUT ? "port" : "page",
	       (unsigned long long)worst->key, name ? name : "a device that is not known");
	here_is(found, "%.0f exits a second, which took %lluus each", most,
		worst->count > worst->error ?
		(unsigned long long)(worst->total / (worst->count - worst->error) / 1000) : 0);
	by_nothing(found, "take the device out of the guest, or give it a virtio device in its place");
}
