// SPDX-License-Identifier: GPL-2.0-only
/*
 * jobs_machine.c - what happens around the tasks: functions that are opened and closed
 * and change their drivers, CPUs that go and come, PID namespaces.
 */
#include "soak.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

#include "vfio/contract.h"

#define DEVICES "/sys/bus/pci/devices"

/* Only one job at a time has this; returns a descriptor, -1 if another one has. */
static int lock(const struct task *task, const char *name)
{
	char path[256];
	int fd;

	snprintf(path, sizeof(path), "%s.%s", task->soak->log_path, name);
	fd = open(path, O_CREAT | O_RDWR | O_CLOEXEC, 0600);
	if (fd >= 0 && flock(fd, LOCK_EX | LOCK_NB)) {
		close(fd);
		fd = -1;
	}
	return fd;
}

/* Open it, do something, with a child perhaps that has it for longer, close it. */
static void function_use(struct task *task, unsigned int i)
{
	struct vfio vfio = { -1, -1, -1, -1, 0 };
	enum interface interface = INTERFACE_AUTO;
	pid_t pid = 0;

	if (task_chance(task, 50) && vfio_has(&task->soak->fn[i], INTERFACE_CDEV))
		interface = INTERFACE_CDEV;
	if (vfio_open(&vfio, &task->soak->fn[i], interface) ||
	    vfio_query(&vfio, &task->soak->fn[i])) {
		vfio_close(&vfio);
		return;
	}
	log_count(task->soak->log, COUNT_OPENS);
	task->fd[i] = vfio.device;
	function_enable(task, i);
	access_some(task, 1 + (unsigned int)task_random(task, 10));
	if (task_chance(task, 30)) {
		pid = task_fork(task);
		if (!pid) {
			vfio_close(
				&(struct vfio){ vfio.container, vfio.group, vfio.iommufd, -1, 0 });
			task_pause(task, 20000);
			access_some(task, 1 + (unsigned int)task_random(task, 5));
			_exit(0);
		}
	}
	vfio_close(&vfio);
	task->fd[i] = -1;
	access_some(task, (unsigned int)task_random(task, 3));
	task_wait(pid);
}

static void run_opened(struct task *task)
{
	unsigned int n = 1 + (unsigned int)task_random(task, 6);
	int fd;

	if (task->soak->nr_functions <= FUNCTION_OPEN)
		return;
	fd = lock(task, "open");
	while (fd >= 0 && n-- && !log_ending(task->soak->log))
		function_use(task, FUNCTION_OPEN);
	close(fd);
}

static void function_bind(const struct function *fn, const char *driver)
{
	char path[128];

	snprintf(path, sizeof(path), DEVICES "/%.15s/driver_override", fn->address);
	file_write(path, driver);
	snprintf(path, sizeof(path), DEVICES "/%.15s/driver/unbind", fn->address);
	file_write(path, fn->address);
	file_write("/sys/bus/pci/drivers_probe", fn->address);
}

static void run_bound(struct task *task)
{
	struct function *fn = &task->soak->fn[FUNCTION_BIND];
	unsigned int n = 1 + (unsigned int)task_random(task, 3);
	char address[ADDRESS_LEN], own[NAME_LEN];
	int fd;

	if (task->soak->nr_functions <= FUNCTION_BIND)
		return;
	/* Our driver and the kernel's have not quite the same name. */
	strcpy(own, fn->driver);
	fd = lock(task, "bind");
	while (fd >= 0 && n-- && !log_ending(task->soak->log)) {
		const char *driver = task_chance(task, 50) ? "vfio-pci" : own;

		function_bind(fn, driver);
		log_count(task->soak->log, COUNT_BINDS);
		strcpy(address, fn->address);
		memset(fn, 0, sizeof(*fn));
		if (vfio_find(address, fn))
			break;
		fn->contract = contract_of_driver(fn->driver);
		function_use(task, FUNCTION_BIND);
	}
	close(fd);
}

static void run_cpus(struct task *task)
{
	char path[64];
	int fd, err;

	if (task->soak->cpus < 2)
		return;
	fd = lock(task, "cpu");
	if (fd < 0)
		return;
	snprintf(path, sizeof(path), "/sys/devices/system/cpu/cpu%u/online",
		 1 + (unsigned int)task_random(task, task->soak->cpus - 1));
	err = file_write(path, "0");
	if (err)
		load_absent("a CPU to be put off", -err);
	else
		log_count(task->soak->log, COUNT_CPUS);
	access_some(task, (unsigned int)task_random(task, 10));
	task_pause(task, 200000);
	file_write(path, "1");
	access_some(task, (unsigned int)task_random(task, 10));
	close(fd);
}

static void *thread_apart(void *arg)
{
	access_some(arg, 1 + (unsigned int)task_random(arg, 5));
	return NULL;
}

/* The first process of a PID namespace, with children and threads. */
static void apart_run(struct task *task)
{
	unsigned int n = 1 + (unsigned int)task_random(task, 4);
	pthread_t thread;
	pid_t pid;

	task->apart = true;
	access_some(task, 1 + (unsigned int)task_random(task, 4));
	while (n--) {
		pid = task_fork(task);
		if (!pid) {
			access_some(task, 1 + (unsigned int)task_random(task, 4));
			if (task_chance(task, 30))
				task_exec(task, 1 + (unsigned int)task_random(task, 4));
			_exit(0);
		}
		if (!task_thread(task, &thread, thread_apart))
			pthread_join(thread, NULL);
		/* Those that are left end with it. */
		if (task_chance(task, 70))
			task_wait(pid);
	}
	_exit(0);
}

static void run_apart(struct task *task)
{
	pid_t pid;

	if (unshare(CLONE_NEWPID | (task_chance(task, 30) ? CLONE_NEWNET : 0))) {
		load_absent("PID namespaces", errno);
		return;
	}
	log_count(task->soak->log, COUNT_NAMESPACES);
	access_some(task, (unsigned int)task_random(task, 3));
	pid = task_fork(task);
	if (!pid)
		apart_run(task);
	task_wait(pid);
	access_some(task, (unsigned int)task_random(task, 3));
}

const struct job_type jobs_machine[] = {
	{ "opened", 8, run_opened },
	{ "bound", 4, run_bound },
	{ "cpus", 3, run_cpus },
	{ "apart", 6, run_apart },
	{ 0 },
};
