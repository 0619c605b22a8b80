/*
 * Frames: carved from chunks, recycled by size, found again by walking the chunks.
 */
#include "models/async/stackless_frames.h"

#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

struct stackless_chunk {
	struct stackless_chunk *earlier;
} __attribute__((aligned(16)));

/* Before a frame from the heap. */
struct stackless_large {
	struct stackless_large *next, *prev;
};

static size_t frame_bytes(size_t locals_bytes)
{
	return sizeof(struct stackless) + locals_bytes;
}

static bool is_large(const struct stackless *frame)
{
	return frame->locals_bytes > STACKLESS_SIZES * STACKLESS_SIZE_STEP;
}

static char *carve(struct stackless_set *set, size_t bytes)
{
	if ((size_t)(set->fresh_end - set->fresh) < bytes) {
		struct stackless_chunk *chunk = mmap(NULL, STACKLESS_CHUNK_BYTES,
			PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

		if (chunk == MAP_FAILED)
			return NULL;
		chunk->earlier = set->chunks;
		set->chunks = chunk;
		set->chunks_count++;
		set->fresh = (char *)(chunk + 1);
		set->fresh_end = (char *)chunk + STACKLESS_CHUNK_BYTES;
	}
	set->fresh += bytes;
	return set->fresh - bytes;
}

static struct stackless *take_large(struct stackless_set *set, size_t bytes)
{
	struct stackless_large *large = malloc(sizeof *large + bytes);

	if (large == NULL)
		return NULL;
	*large = (struct stackless_large){.next = set->large};
	if (set->large != NULL)
		set->large->prev = large;
	set->large = large;
	return (struct stackless *)(void *)(large + 1);
}

static void give_large(struct stackless *frame)
{
	struct stackless_large *large = (struct stackless_large *)(void *)frame - 1;

	if (large->prev != NULL)
		large->prev->next = large->next;
	else
		frame->set->large = large->next;
	if (large->next != NULL)
		large->next->prev = large->prev;
	free(large);
}

struct stackless *stackless_frame_take(struct stackless_set *set, size_t locals_bytes)
{
	size_t steps = (locals_bytes + STACKLESS_SIZE_STEP - 1) / STACKLESS_SIZE_STEP;
	size_t bytes = frame_bytes(steps * STACKLESS_SIZE_STEP);
	struct stackless *frame;

	if (steps > STACKLESS_SIZES) {
		frame = take_large(set, bytes);
	} else if (set->free[steps] != NULL) {
		frame = set->free[steps];
		set->free[steps] = frame->next;
	} else {
		frame = (struct stackless *)(void *)carve(set, bytes);
	}
	if (frame == NULL)
		return NULL;
	memset(frame, 0, bytes);
	frame->set = set;
	frame->locals_bytes = (uint16_t)(steps * STACKLESS_SIZE_STEP);
	return frame;
}

void stackless_frame_give(struct stackless *frame)
{
	struct stackless_set *set = frame->set;

	if (is_large(frame)) {
		give_large(frame);
		return;
	}
	frame->fn = NULL; /* nobody's, for who walks the chunk */
	frame->next = set->free[frame->locals_bytes / STACKLESS_SIZE_STEP];
	set->free[frame->locals_bytes / STACKLESS_SIZE_STEP] = frame;
}

/* The frames of a chunk lie behind each other; what was never carved is zero. */
static void each_in(struct stackless_chunk *chunk, void (*fn)(struct stackless *frame))
{
	char *at = (char *)(chunk + 1), *end = (char *)chunk + STACKLESS_CHUNK_BYTES;

	while (end - at >= (ptrdiff_t)sizeof(struct stackless)) {
		struct stackless *frame = (struct stackless *)(void *)at;

		if (frame->set == NULL)
			break;
		at += frame_bytes(frame->locals_bytes);
		if (frame->fn != NULL)
			fn(frame);
	}
}

void stackless_frames_each(struct stackless_set *set, void (*fn)(struct stackless *frame))
{
	for (struct stackless_chunk *chunk = set->chunks; chunk != NULL; chunk = chunk->earlier)
		each_in(chunk, fn);
	for (struct stackless_large *large = set->large, *next; large != NULL; large = next) {
		next = large->next;
		fn((struct stackless *)(void *)(large + 1));
	}
}

void stackless_frames_free(struct stackless_set *set)
{
	while (set->chunks != NULL) {
		struct stackless_chunk *chunk = set->chunks;

		set->chunks = chunk->earlier;
		munmap(chunk, STACKLESS_CHUNK_BYTES);
	}
	memset(set->free, 0, sizeof set->free);
	set->fresh = set->fresh_end = NULL;
}
