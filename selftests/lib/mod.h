/* SPDX-License-Identifier: GPL-2.0-only */
/* Loading and unloading kernel modules. All return 0 or an errno. */
#ifndef SELFTESTS_MOD_H
#define SELFTESTS_MOD_H

#include <stdbool.h>

/* The module under test: the file that $KVMLAT_KO names */
int kvmlat_load(const char *params);
int kvmlat_unload(void);
int kvmlat_reload(const char *params);

/* One of modules/fake, from the folder that $FAKE_KO names */
int fake_load(const char *name, const char *params);

bool mod_is_loaded(const char *name);
int mod_remove(const char *name);
/* kvm and kvm_amd (or kvm_intel), with whatever they need */
int kvm_load(void);
/* The same with a parameter of kvm_amd (or kvm_intel), NAME=VALUE */
int kvm_load_set(const char *setting);
int kvm_unload(void);
const char *kvm_vendor(void);

/* Calls @done each 20 ms until it returns true or @ms are over; returns what it said last */
bool wait_until(int ms, bool (*done)(void *arg), void *arg);
void sleep_ms(int ms);

#endif
