/*
 * hash: one operation is one block digested with SHA-256. It never waits, so a model gains from
 * CPUs alone. The folded digests are the checksum: a digest that was not computed cannot be
 * reported, and since the header names seed, task and operation, no digest can stand in for
 * another.
 *
 * Contexts and the body are made before the clock runs, in the SUT's first process. Tasks of any
 * model find them in place; a forked child copies the pages it writes while it readies itself.
 */
#include "bench/hash/hash.h"

#include <endian.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "bench/draw.h"
#include "harness/crypto.h"

enum { HASH_TASKS, HASH_OPERATIONS, HASH_BLOCK };

/* Four tasks share two CPUs evenly; 64 blocks outweigh what it costs to hand a task to a pool. */
static const struct param hash_params[] = {
	[HASH_TASKS] = {"tasks", "tasks that compute", PARAM_COUNT, 1, 100000, 4, 4, NULL},
	[HASH_OPERATIONS] = {"operations", "blocks of each task per round", PARAM_COUNT, 1, 1000000,
		4, 64, NULL},
	[HASH_BLOCK] = {"block", "size of a block", PARAM_BYTES, HASH_HEADER, 256 << 20, 4 << 10,
		64 << 10, NULL},
	{0},
};

/* Private memory, which children inherit. */
struct hash_private {
	pid_t owner; /* the process that has pages of its own for all contexts */
	EVP_MD *sha256;
	unsigned char *body;
	EVP_MD_CTX **contexts; /* [tasks] */
};

/* A pre-forked worker may be given any task, and in any round: its first readies all of them. */
static int hash_own_all(struct hash_private *own, const struct orders *orders)
{
	const pid_t self = orders->model->kind == MODEL_POOL ? getpid() : own->owner;
	int rc = 0;

	for (int i = 0; i < orders->tasks && own->owner != self && rc == 0; i++) {
		struct hash_job job = {.block_bytes = HASH_HEADER, .context = own->contexts[i]};
		rc = hash_block(&job);
	}
	if (own->owner != self)
		own->owner = self;
	return rc;
}

int hash_job(struct hash_job *job, const struct slot *slot)
{
	const struct orders *orders = slot->orders;
	struct hash_private *own = orders->shared;

	*job = (struct hash_job){.operations = (int)orders->values[HASH_OPERATIONS],
		.block_bytes = HASH_HEADER,
		.context = own->contexts[slot->index],
		.body = own->body,
		.seed = orders->seed,
		.task = (uint64_t)slot->index};
	/* A header alone writes to all pages that a whole block does. */
	int rc = hash_block(job);
	job->block_bytes = (size_t)orders->values[HASH_BLOCK];
	return rc != 0 ? rc : hash_own_all(own, orders);
}

int hash_block(void *arg)
{
	struct hash_job *job = arg;
	const uint64_t header[HASH_HEADER / 8] = {
		htole64(job->seed), htole64(job->task), htole64((uint64_t)job->operation)};
	uint64_t digest[4];

	/* No type given: the context keeps its algorithm, which is looked up once, in prepare. */
	if (crypto.EVP_DigestInit_ex(job->context, NULL, NULL) != 1 ||
		crypto.EVP_DigestUpdate(job->context, header, HASH_HEADER) != 1 ||
		crypto.EVP_DigestUpdate(job->context, job->body, job->block_bytes - HASH_HEADER) !=
			1 ||
		crypto.EVP_DigestFinal_ex(job->context, (unsigned char *)digest, NULL) != 1)
		return -EIO;
	job->folded = 0;
	for (int i = 0; i < 4; i++)
		job->folded ^= le64toh(digest[i]);
	job->operation++; /* digested twice it would be another block, which the checksum shows */
	return 0;
}

static size_t hash_arena_bytes(const struct orders *orders)
{
	(void)orders;
	return 0;
}

static int hash_contexts(struct hash_private *own, int tasks)
{
	own->contexts = calloc((size_t)tasks, sizeof(*own->contexts));
	if (own->contexts == NULL)
		return -ENOMEM;
	for (int i = 0; i < tasks; i++) {
		own->contexts[i] = crypto.EVP_MD_CTX_new();
		if (own->contexts[i] == NULL ||
			crypto.EVP_DigestInit_ex(own->contexts[i], own->sha256, NULL) != 1)
			return -ENOMEM;
	}
	return 0;
}

static int hash_prepare(struct orders *orders)
{
	const size_t block_bytes = (size_t)orders->values[HASH_BLOCK];
	struct hash_private *own;
	char error[200];

	if (crypto_load(error, sizeof(error)) != 0) {
		orders_verdict(orders, STATUS_IMPOSSIBLE, "%s", error);
		return -ENOTSUP;
	}
	own = calloc(1, sizeof(*own));
	if (own == NULL)
		return -ENOMEM;
	orders->shared = own;
	own->owner = getpid();
	own->sha256 = crypto.EVP_MD_fetch(NULL, "SHA256", NULL);
	if (own->sha256 == NULL)
		return -ENOTSUP;
	own->body = malloc(block_bytes);
	if (own->body == NULL)
		return -ENOMEM;
	for (size_t i = 0; i < block_bytes; i++)
		own->body[i] = (unsigned char)draw(orders->seed, 0, i);
	return hash_contexts(own, orders->tasks);
}

static void hash_finish(struct orders *orders)
{
	struct hash_private *own = orders->shared;

	if (own == NULL)
		return;
	for (int i = 0; own->contexts != NULL && i < orders->tasks; i++)
		crypto.EVP_MD_CTX_free(own->contexts[i]);
	free(own->contexts);
	free(own->body);
	crypto.EVP_MD_free(own->sha256);
	free(own);
	orders->shared = NULL;
}

const struct workload hash_workload = {
	.name = "hash",
	.summary = "SHA-256 over blocks: computation that never waits",
	.kind = "CPU",
	.operation = "one block digested",
	.params = hash_params,
	.concurrency = HASH_TASKS,
	.pool = POOL_CPUS,
	.arena_bytes = hash_arena_bytes,
	.prepare = hash_prepare,
	.finish = hash_finish,
	.run = {[FAMILY_ASYNC] = hash_async,
		[FAMILY_THREADS] = hash_threads,
		[FAMILY_PROCESSES] = hash_processes},
	.why_not = {[FAMILY_STACKLESS] = "computes without waiting: a frame changes nothing"},
};
