/*===- push.pml - A channel that is pushed to, as a model -----------------===//
 *
 * Part of the Conorm project, under the Apache License v2.0 with LLVM
 * Exceptions. See LICENSE for license information.
 * SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
 *
 *===----------------------------------------------------------------------===*
 *
 * docs/CUDAProtocol.md, "Pushed calls", in Promela: one channel, on which calls
 * that push and a call that pulls take turns, after a failure a second world in
 * fresh memory. Each call is a kernel of its own. What a kernel clears is in
 * memory at some time before the kernel is complete; the next kernel begins
 * earlier, and waits for that before it pushes. Anywhere, within the budgets
 * below, a rank dies, a deadline passes although nobody is late, or a rank makes
 * another call.
 *
 *   spin -a push.pml && cc -O2 -DSAFETY -DCOLLAPSE -o pan pan.c && ./pan
 *
 * Checked: a word that is taken is of the step that was waited for (no stale
 * read); a word is pushed only where the mark is (nothing unread is
 * overwritten); nobody waits for ever (no lost word: an invalid end state); no
 * rank fails unless something happened; no rank completes a call that a peer
 * made differently.
 *
 * Seeded bugs, each of which must be found: NO_CREDIT (one landing instead of
 * two), NO_CLEAR (a reader leaves words behind), NO_WAIT (a kernel pushes before
 * its predecessor is complete), MARK_IN_DATA (data may be the mark),
 * NO_GENERATION (the second world reuses the first one's memory).
 *===----------------------------------------------------------------------===*/

#ifndef N
#define N 2
#endif
/* Words of data that a member pushes to another; a word more holds the call. */
#ifndef WORDS
#define WORDS 2
#endif
#define WORLDS 2
#define CALLS_OF(world) ((world) == 0 -> 5 : 2)
#define IS_PULLED(call) ((call) == 2)

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

#define MARK 0

/* Device memory: what has landed for rank `to` from `from`, and, for calls that
   pull, the slots and the lines. A line and the last word say which call. */
byte landings[WORLDS * N * N * 2 * (WORDS + 1)];
byte slots[WORLDS * N * 2];
byte lines[WORLDS * N * N * 2];
#define PAIR(w, to, from, s) \
  ((((MEMORY(w) * N + (to)) * N + (from)) * 2) + PARITY(s))
#define LANDING(w, to, from, s, i) \
  landings[PAIR(w, to, from, s) * (WORDS + 1) + (i)]
#define LINE(w, to, from, s) lines[PAIR(w, to, from, s)]
#define SLOT(w, r, s) slots[(MEMORY(w) * N + (r)) * 2 + PARITY(s)]
#define CALL_WORD(s, digest) ((s) * 2 + (digest) + 1)

/* Clears that are not in memory yet, and the step they belong to: nobody else
   sees them. */
bit clears[N * N * (WORDS + 1)];
byte clearStep[N];
#define CLEARS(r, from, i) clears[((r) * N + (from)) * (WORDS + 1) + (i)]

bit aborted[WORLDS * N];
byte left[WORLDS * N];
#define ABORTED(w, r) aborted[(w) * N + (r)]
#define LEFT(w, r) left[(w) * N + (r)]

byte created[WORLDS];

/* Ghosts. */
byte crashes = CRASHES, timeouts = TIMEOUTS, mismatches = MISMATCHES;
bit gone;
bit disturbed[WORLDS];
bit differs[WORLDS * 5];

#define MAY_TIME_OUT (timeouts > 0 || gone)
#define TIME_OUT                                                               \
  if                                                                           \
  :: gone                                                                      \
  :: else -> timeouts--                                                        \
  fi;                                                                          \
  disturbed[world] = 1

/* A guarded alternative: the rank's process ends here. */
#define CRASH                                                                  \
  atomic {                                                                     \
    crashes > 0 -> crashes--; gone = 1; disturbed[0] = 1; disturbed[1] = 1;    \
    goto Done                                                                  \
  }

/* One clear reaches memory. */
#define LAND(from, i)                                                          \
  CLEARS(me, from, i) = 0;                                                     \
  LANDING(world, me, from, clearStep[me], i) = MARK

inline complete_predecessor() {
  /* Whatever has not landed by itself. */
  peer = 0;
  do
  :: peer < N ->
     word = 0;
     do
     :: word <= WORDS ->
        if
        :: CLEARS(me, peer, word) -> LAND(peer, word)
        :: else
        fi;
        word++
     :: else -> break
     od;
     peer++
  :: else -> break
  od;
  peer = 0;
  word = 0
}

/* Why a wait ends that nothing arrives for. `ARRIVED` is read last. */
#define GIVE_UP(ARRIVED)                                                       \
  :: atomic { !(ARRIVED) && (seenLeft & (1 << peer)) -> goto Abort }           \
  :: atomic { !(ARRIVED) && ABORTED(world, me) -> goto Abort }                 \
  :: atomic { !(ARRIVED) && MAY_TIME_OUT -> TIME_OUT; goto Abort }             \
  :: atomic { !(ARRIVED) && LEFT(world, me) != seenLeft ->                     \
              seenLeft = LEFT(world, me) }                                     \
  :: CRASH

proctype Rank(byte me) {
  byte world, call, step, peer, word, seenLeft;
  bit digest;

Create:
  created[world]++;
  if
  :: atomic { created[world] >= N }
  :: atomic { created[world] < N && MAY_TIME_OUT -> TIME_OUT; goto Abort }
  :: atomic { created[world] < N && ABORTED(world, me) -> goto Abort }
  fi;

Begin:
  /* A kernel begins before the one before it is complete. */
  atomic {
    digest = 0;
    if
    :: call == CALLS_OF(world) -> goto Leave
    :: call < CALLS_OF(world) && ABORTED(world, me) -> goto Abort
    :: call < CALLS_OF(world) && !ABORTED(world, me)
    :: call < CALLS_OF(world) && !ABORTED(world, me) && mismatches > 0 ->
       mismatches--; digest = 1;
       differs[world * 5 + call] = 1; disturbed[world] = 1
    fi
  };

Wait:
#ifndef NO_WAIT
  atomic { complete_predecessor() };
#endif
  atomic {
    step++;
    if
    :: IS_PULLED(call) -> goto Write
    :: else
    fi
  };

Push:
  /* Word by word, in an order that the hardware chooses; a fixed one is enough,
     since every word is waited for by itself. */
  do
  :: atomic { peer < N && peer == me -> peer++ }
  :: atomic { peer < N && peer != me ->
#ifndef NO_GENERATION
              assert(LANDING(world, peer, me, step, word) == MARK);
#endif
              if
              :: word < WORDS ->
#ifdef MARK_IN_DATA
                 if
                 :: LANDING(world, peer, me, step, word) = step
                 :: word == 0 -> LANDING(world, peer, me, step, word) = MARK
                 fi
#else
                 LANDING(world, peer, me, step, word) = step
#endif
              :: else ->
                 LANDING(world, peer, me, step, word) = CALL_WORD(step, digest)
              fi;
              word++;
              if
              :: word > WORDS -> word = 0; peer++
              :: else
              fi }
  :: atomic { peer == N -> peer = 0; break }
  :: CRASH
  od;

Poll:
  do
  :: atomic { peer == N -> peer = 0; break }
  :: atomic { peer < N && peer == me -> peer++ }
  :: atomic { peer < N && peer != me -> seenLeft = LEFT(world, me) };
     if
     :: atomic {
          LANDING(world, me, peer, step, word) != MARK ->
          seenLeft = 0;
          if
          :: word < WORDS -> assert(LANDING(world, me, peer, step, word) == step)
          :: word == WORDS &&
             LANDING(world, me, peer, step, word) != CALL_WORD(step, digest) ->
             /* Of another call, but of no other step. */
             assert(LANDING(world, me, peer, step, word) ==
                    CALL_WORD(step, 1 - digest));
             goto Abort
          :: else
          fi;
          /* CLEAR: the reader puts the mark back; when it lands is open. */
#ifndef NO_CLEAR
          clearStep[me] = step;
          CLEARS(me, peer, word) = 1;
#endif
          word++;
          if
          :: word > WORDS -> word = 0; peer++
          :: else
          fi
        }
     GIVE_UP(LANDING(world, me, peer, step, word) != MARK)
     fi
  /* A clear lands, at any time. */
  :: atomic { peer < N && peer != me && word > 0 && CLEARS(me, peer, word - 1) ->
              LAND(peer, word - 1) }
  od;
  goto Complete;

Write:
  SLOT(world, me, step) = step;
Post:
  do
  :: atomic { peer < N && peer != me ->
              LINE(world, peer, me, step) = CALL_WORD(step, digest); peer++ }
  :: atomic { peer < N && peer == me -> peer++ }
  :: atomic { peer == N -> peer = 0; break }
  :: CRASH
  od;
Await:
#define POSTED (LINE(world, me, peer, step) / 2 == (step * 2 + 1) / 2 ||       \
                LINE(world, me, peer, step) == CALL_WORD(step, 1))
  do
  :: atomic { peer == N -> peer = 0; break }
  :: atomic { peer < N && peer == me -> peer++ }
  :: atomic { peer < N && peer != me -> seenLeft = LEFT(world, me) };
     if
     :: atomic {
          POSTED ->
          seenLeft = 0;
          if
          :: LINE(world, me, peer, step) != CALL_WORD(step, digest) -> goto Abort
          :: else -> peer++
          fi
        }
     GIVE_UP(POSTED)
     fi
  od;
Read:
  atomic {
    do
    :: peer < N -> assert(SLOT(world, peer, step) == step); peer++
    :: else -> peer = 0; break
    od
  };

Complete:
  atomic {
    assert(!differs[world * 5 + call]);
    call++
  };
  goto Begin;

Leave:
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
       complete_predecessor();
       do
       :: peer < N -> ABORTED(world, peer) = 1; peer++
       :: else -> peer = 0; break
       od;
       world++; call = 0; step = 0; digest = 0; seenLeft = 0
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
  atomic {
    run Rank(0);
    run Rank(1);
#if N > 2
    run Rank(2)
#endif
  }
}
