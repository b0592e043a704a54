/*===- channel.pml - A channel of the CUDA runtime, as a model ------------===//
 *
 * Part of the Conorm project, under the Apache License v2.0 with LLVM
 * Exceptions. See LICENSE for license information.
 * SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
 *
 *===----------------------------------------------------------------------===//
 *
 * docs/CUDAProtocol.md in Promela: one channel (one block of each rank), three
 * ranks, four calls (one_shot; two_shot, two steps; two chunks; no rows), after
 * a failure a second world in fresh memory. Anywhere, within the budgets below,
 * a rank dies, a deadline passes although nobody is late, or a rank makes
 * another call. The labels are the states that Channel.cuh names.
 *
 *   spin -a channel.pml && cc -O2 -DSAFETY -DCOLLAPSE -o pan pan.c && ./pan
 *
 * Checked: a slot that is read holds the step that was waited for and is not
 * being written (no stale read); nobody waits for ever (no lost wake-up, no
 * deadlock: an invalid end state); no rank fails unless something happened; no
 * rank completes a call that a peer made differently.
 *
 * Seeded bugs, each of which must be found: NO_CREDIT (one slot instead of two,
 * so that nothing tells a writer that its readers are done), EARLY (a rank
 * posts before its data is written), NO_GENERATION (the second world reuses the
 * first one's memory).
 *===----------------------------------------------------------------------===*/

#define N 3
#define WORLDS 2
#define CALLS_OF(world) ((world) == 0 -> 4 : 2)

#ifndef CRASHES
#define CRASHES 1
#endif
#ifndef TIMEOUTS
#define TIMEOUTS 1
#endif
#ifndef MISMATCHES
#define MISMATCHES 1
#endif

#ifdef NO_CREDIT
#define PARITY(s) 0
#else
#define PARITY(s) ((s) % 2)
#endif

#ifdef NO_GENERATION
#define MEMORY(world) 0
#else
#define MEMORY(world) (world)
#endif

#define BEING_WRITTEN 255

/* Device memory: what rank r's slot holds, and the lines that it was sent. */
byte slots[WORLDS * N * 2];
byte lines[WORLDS * N * N * 2];
bit digests[WORLDS * N * N * 2];
#define SLOT(w, r, s) slots[(MEMORY(w) * N + (r)) * 2 + PARITY(s)]
#define LINE(w, to, from, s) \
  lines[((MEMORY(w) * N + (to)) * N + (from)) * 2 + PARITY(s)]
#define DIGEST(w, to, from, s) \
  digests[((MEMORY(w) * N + (to)) * N + (from)) * 2 + PARITY(s)]

/* Words that every wait reads; in host memory, of this world for ever. */
bit aborted[WORLDS * N];
byte left[WORLDS * N];
#define ABORTED(w, r) aborted[(w) * N + (r)]
#define LEFT(w, r) left[(w) * N + (r)]

byte created[WORLDS];

/* Ghosts. */
byte crashes = CRASHES, timeouts = TIMEOUTS, mismatches = MISMATCHES;
bit gone;
bit disturbed[WORLDS];
bit differs[WORLDS * 4];

/* A deadline passes by itself as often as the budget allows, and certainly
   once somebody is dead, or will not come to a second world. */
#define MAY_TIME_OUT (timeouts > 0 || gone)
#define TIME_OUT                                                               \
  if                                                                           \
  :: gone                                                                      \
  :: else -> timeouts--                                                        \
  fi;                                                                          \
  disturbed[world] = 1

#define STEPS_OF(call) ((call) == 1 || (call) == 2 -> 2 : 1)

/* A guarded alternative: the rank's process ends here. */
#define CRASH                                                                  \
  atomic {                                                                     \
    crashes > 0 -> crashes--; gone = 1; disturbed[0] = 1; disturbed[1] = 1;    \
    goto Done                                                                  \
  }

inline write_slot() {
  SLOT(world, me, step) = BEING_WRITTEN;
  SLOT(world, me, step) = step
}

#define ARRIVED (LINE(world, me, peer, step) == step)

proctype Rank(byte me) {
  byte world, call, step, within, peer, seenLeft;
  bit digest;

Create:
  /* Fresh memory, zeroed before it is handed out; then all have everything. */
  created[world]++;
  if
  :: atomic { created[world] >= N }
  :: atomic { created[world] < N && MAY_TIME_OUT -> TIME_OUT; goto Abort }
  :: atomic { created[world] < N && ABORTED(world, me) -> goto Abort }
  fi;

Begin:
  /* Sticky: what failed before is not tried again. */
  atomic {
    digest = 0; within = 0;
    if
    :: call == CALLS_OF(world) -> goto Leave
    :: call < CALLS_OF(world) && ABORTED(world, me) -> goto Abort
    :: call < CALLS_OF(world) && !ABORTED(world, me)
    :: call < CALLS_OF(world) && !ABORTED(world, me) && mismatches > 0 ->
       mismatches--; digest = 1;
       differs[world * 4 + call] = 1; disturbed[world] = 1
    fi
  };

Write:
  step++;
#ifndef EARLY
  write_slot();
#endif

Post:
  /* A line for each peer, one after the other. */
  do
  :: atomic { peer < N && peer != me ->
              DIGEST(world, peer, me, step) = digest;
              LINE(world, peer, me, step) = step;
              peer++ }
  :: atomic { peer < N && peer == me -> peer++ }
  :: atomic { peer == N -> peer = 0; break }
  :: CRASH
  od;
#ifdef EARLY
  write_slot();
#endif

Await:
  do
  :: atomic { peer == N -> peer = 0; break }
  :: atomic { peer == me -> peer++ }
  :: atomic { peer < N && peer != me ->
              /* Read before the line: what a peer posted before it left
                 counts. */
              seenLeft = LEFT(world, me) };
     if
     :: atomic { ARRIVED ->
                 seenLeft = 0;
                 if
                 :: within == 0 && DIGEST(world, me, peer, step) != digest ->
                    goto Abort
                 :: else -> peer++
                 fi }
     :: atomic { !ARRIVED && (seenLeft & (1 << peer)) -> goto Abort }
     :: atomic { !ARRIVED && ABORTED(world, me) -> goto Abort }
     :: atomic { !ARRIVED && MAY_TIME_OUT -> TIME_OUT; goto Abort }
     :: atomic { !ARRIVED && LEFT(world, me) != seenLeft } /* look again */
     :: CRASH
     fi
  od;

Read:
  /* At one moment: the moment may be any before the next step. What a rank
     completes is right, whatever happens to others. */
  atomic {
    do
    :: peer < N ->
       assert(SLOT(world, peer, step) == step);
       peer++
    :: else -> peer = 0; break
    od;
    within++
  };
  if
  :: within < STEPS_OF(call) -> goto Write
  :: else
  fi;
  d_step {
    assert(!differs[world * 4 + call]);
    call++
  };
  goto Begin;

Leave:
  /* Destruction tells the peers and waits for nobody. */
  atomic {
    do
    :: peer < N -> LEFT(world, peer) = LEFT(world, peer) | (1 << me); peer++
    :: else -> peer = 0; break
    od;
    gone = 1
  };
  goto Done;

Abort:
  if
  :: atomic {
       assert(disturbed[world]);
       peer = 0;
       do
       :: peer < N -> ABORTED(world, peer) = 1; peer++
       :: else -> peer = 0; break
       od;
       world++; call = 0; step = 0; within = 0; digest = 0; seenLeft = 0
     }
  :: CRASH
  fi;
  if
  :: world < WORLDS -> goto Create
  :: else
  fi;

Done:
  skip
}

init {
  atomic { run Rank(0); run Rank(1); run Rank(2) }
}
