/*
 * The memory of stackless coroutines, and how they are woken. For the runtime.
 *
 * Frames come from chunks and are recycled by size; a chunk goes with the set. Those with large
 * locals come from the heap, one by one.
 */
#ifndef CONCBENCH_MODELS_ASYNC_STACKLESS_FRAMES_H
#define CONCBENCH_MODELS_ASYNC_STACKLESS_FRAMES_H

#include "models/async/stackless.h"

/* A frame of that set, zeroed but for its size and set; NULL without memory. */
struct stackless *stackless_frame_take(struct stackless_set *set, size_t locals_bytes);
void stackless_frame_give(struct stackless *frame);

/* Calls fn for every frame that is taken; fn may give its frame back, and takes none. */
void stackless_frames_each(struct stackless_set *set, void (*fn)(struct stackless *frame));

void stackless_frames_free(struct stackless_set *set);

/* Puts a frame into the ready queue, and wakes the driver. */
void stackless_push(struct stackless *frame);

/*
 * Ends the wait of the innermost coroutine that this one has called: with -ECANCELED, or if it does
 * not wait, at its next wait.
 */
void stackless_interrupt(struct stackless *frame);

/* Takes a frame out of whatever it waits for. */
void stackless_leave(struct stackless *frame);

#endif
