/* The layer below the tables: guards, data, channels, users, what goes wrong. Written by hand for
   this model and independently of the layer in TypeScript; the cells of the tables come from the
   generated part above. One entry travels in each Payload; entries are numbered by the sender's
   store sequence. A line holds what its writer wrote and its reader did not read; its writer is
   blocked while more than CAP messages are in it. */

#ifndef N
#define N 2
#endif
#ifndef CAP
#define CAP 1
#endif
#ifndef WIN
#define WIN 2
#endif
#ifndef HOLDS
#define HOLDS 0
#endif
#ifndef TALK
#define TALK 0
#endif
#ifndef SESSIONS
#define SESSIONS 1
#endif
#ifndef S_VERSIONS
#define S_VERSIONS 1
#endif
#ifndef R_VERSIONS
#define R_VERSIONS 1
#endif
#ifndef CANCELS
#define CANCELS 0
#endif
#ifndef DECISIONS
#define DECISIONS 0
#endif
#ifndef CUTS
#define CUTS 0
#endif
#ifndef CRASHES
#define CRASHES 0
#endif
#ifndef SILENCE
#define SILENCE 0
#endif
#ifndef TIMEOUTS
#define TIMEOUTS 0
#endif
#ifndef STARTS_OVER
#define STARTS_OVER 0
#endif

#define QUEUE 12
#define FIN 200
#define RST 201
#define NONE 255

/* How a session ended. */
#define OPEN 0
#define DONE 1
#define INTERRUPTED 2
#define GAVE_UP 3
#define TOLD 4
#define SEAL_BROKEN 5
#define LOST 6

/* A direction: up, dead, dead and written to since. */
#define UP 0
#define DEAD 1
#define HIT 2

chan to_r = [QUEUE] of { byte, byte, byte, bit };
chan to_s = [QUEUE] of { byte, byte, byte, bit };
byte to_r_state, to_s_state;
bit silent, broken, finished;
byte left = SESSIONS;

byte s_ph, s_end, s_version, s_from, s_mark, s_sent, s_acked, s_talk;
bit s_keys, s_mute, s_open, s_completed, s_preparing, s_sending, s_gone;

byte r_ph, r_end, r_version, r_received, r_first, r_durable, r_told, r_final, r_talk;
bit r_keys, r_mute, r_open, r_right, r_final_stored, r_gone;
bit r_asking, r_preparing, r_agreeing, r_storing, r_finishing;

byte applied[N + 2];
byte cursor;

hidden byte ev, fa, fb, kind, next, act, a1, a2, a3, i, j, n;
hidden byte fs;

#define s_over (s_ph == S_CLOSED || s_gone)
#define r_over (r_ph == R_CLOSED || r_gone)
#define s_ending (s_ph == S_CLOSING || s_over)
#define r_ending (r_ph == R_CLOSING || r_over)
#define stored_all(upto) ((upto < 1 || applied[1] > 0) && (upto < 2 || applied[2] > 0) && (upto < 3 || applied[3] > 0))

#if N > 3
#error "stored_all knows three entries"
#endif

/* Messages in a line, without the end of the stream. */
#define in_r (len(to_r) - (to_r_ended -> 1 : 0))
#define in_s (len(to_s) - (to_s_ended -> 1 : 0))
bit to_r_ended, to_s_ended;
#define s_blocked (to_r_state == UP && in_r > CAP)
#define r_blocked (to_s_state == UP && in_s > CAP)

inline write(q, state, q_ended, mute, keys, what, x, y) {
  assert(!mute);                                   /* nothing after the end */
  assert(what != E_REJECT || !keys);               /* Reject before keys */
  assert(what != E_ABORT || keys);                 /* Abort after keys */
  if
  :: state == UP -> assert(nfull(q) && !q_ended); q!what,x,y,keys
  :: else -> state = HIT
  fi;
  if
  :: what == E_REJECT || what == E_ABORT || what == E_RECEIPT -> mute = 1
  :: else
  fi
}

inline s_write(what, x, y) { write(to_r, to_r_state, to_r_ended, s_mute, s_keys, what, x, y) }
inline r_write(what, x, y) { write(to_s, to_s_state, to_s_ended, r_mute, r_keys, what, x, y) }

inline end_writing(q, state, q_ended, mute) {
  mute = 1;
  if
  :: state == UP && !q_ended -> q!FIN,0,0,0; q_ended = 1
  :: else
  fi
}

inline drain(q, q_ended) {
  do
  :: nempty(q) -> q?kind,fa,fb,fs
  :: empty(q) -> break
  od;
  q_ended = 0
}

/* Keeps what had left the writer's device, then lets the stream end. */
inline truncate(q, q_ended, end) {
  n = len(q);
  i = 0;
  do
  :: i < n ->
     q?kind,fa,fb,fs;
     if
     :: i < CAP && kind != FIN && kind != RST -> q!kind,fa,fb,fs
     :: else
     fi;
     i = i + 1
  :: i >= n -> break
  od;
  q!end,0,0,0;
  q_ended = 1
}

/* Closes both directions of one side's connection. */
inline close(out, out_state, out_ended, inn, inn_state, inn_ended) {
  if
  :: out_state == UP -> truncate(out, out_ended, FIN)
  :: else
  fi;
  if
  :: len(inn) > (inn_ended -> 1 : 0) || inn_state == HIT -> inn_state = HIT
  :: else -> inn_state = DEAD
  fi;
  drain(inn, inn_ended)
}

inline s_do() {
  if
  :: act == A_NONE
  :: act == A_SEND_CONFIRM -> s_write(E_CONFIRM, 1, 0)
  :: act == A_INSTALL_KEYS -> s_keys = 1
  :: act == A_SEND_KEEP_ALIVE -> s_write(E_KEEP_ALIVE, 0, 0)
  :: act == A_SEND_REJECT -> s_write(E_REJECT, 0, 0)
  :: act == A_SEND_ABORT -> s_write(E_ABORT, 0, 0)
  :: act == A_END_WRITING -> end_writing(to_r, to_r_state, to_r_ended, s_mute)
  :: act == A_CLOSE -> close(to_r, to_r_state, to_r_ended, to_s, to_s_state, to_s_ended)
  :: act == A_SEND_IDENTITY -> s_write(E_IDENTITY, 0, 0)
  :: act == A_PREPARE_OFFER -> s_preparing = 1
  :: act == A_SEND_OFFER -> s_mark = N; s_sending = 1; s_write(E_OFFER, 0, 0)
  :: act == A_SEND_PAYLOAD -> s_sent = s_sent + 1; s_write(E_PAYLOAD, s_sent, s_from + s_sent)
  :: act == A_NOTE_ACK -> s_acked = fa; s_open = fb
  :: act == A_SEND_COMPLETE -> s_completed = 1; s_write(E_COMPLETE, s_sent, s_mark)
  :: act == A_NOTE_RECEIPT
  :: else -> assert(false)
  fi
}

inline r_do() {
  if
  :: act == A_NONE
  :: act == A_SEND_CONFIRM -> r_write(E_CONFIRM, r_right, 0)
  :: act == A_INSTALL_KEYS -> r_keys = 1
  :: act == A_SEND_KEEP_ALIVE -> r_write(E_KEEP_ALIVE, 0, 0)
  :: act == A_SEND_REJECT -> r_write(E_REJECT, 0, 0)
  :: act == A_SEND_ABORT -> r_write(E_ABORT, 0, 0)
  :: act == A_END_WRITING -> end_writing(to_s, to_s_state, to_s_ended, r_mute)
  :: act == A_CLOSE -> close(to_s, to_s_state, to_s_ended, to_r, to_r_state, to_r_ended)
  :: act == A_ASK_CODE -> r_asking = 1
  :: act == A_SEND_ACCEPT -> r_write(E_ACCEPT, r_version, 0)
  :: act == A_PREPARE_REQUEST -> r_preparing = 1
  :: act == A_SEND_REQUEST -> r_write(E_REQUEST, cursor, r_open)
  :: act == A_ASK_AGREEMENT -> r_agreeing = 1
  :: act == A_QUEUE_PAYLOAD ->
     if
     :: r_received == 0 -> r_first = fb
     :: else -> assert(fb == r_first + r_received)
     fi;
     r_received = r_received + 1
  :: act == A_OPEN_WINDOW ->
     if
     :: !r_open -> r_open = 1; r_write(E_ACK, r_told, 1)
     :: else
     fi
  :: act == A_START_STORING -> r_storing = 1
  :: act == A_SEND_ACK -> assert(r_told <= r_durable); r_write(E_ACK, r_told, r_open)
  :: act == A_FINISH_STORING -> r_finishing = 1
  :: act == A_SEND_RECEIPT -> r_write(E_RECEIPT, r_told, 0)
  :: else -> assert(false)
  fi
}

#define does(act) (a1 == act || a2 == act || a3 == act)

inline settle(end) {
  if
  :: end == OPEN && (does(A_NOTE_RECEIPT) || does(A_SEND_RECEIPT)) -> end = DONE
  :: end == OPEN && (does(A_SEND_REJECT) || does(A_SEND_ABORT)) -> end = GAVE_UP
  :: end == OPEN && ev == E_END -> end = INTERRUPTED
  :: end == OPEN && ev == E_SEAL_BROKEN -> end = SEAL_BROKEN
  :: end == OPEN && ev != E_END && ev != E_SEAL_BROKEN && !does(A_NOTE_RECEIPT) &&
     !does(A_SEND_RECEIPT) && !does(A_SEND_REJECT) && !does(A_SEND_ABORT) -> end = TOLD
  :: else
  fi
}

inline s_step() {
  s_cell(s_ph, ev);
  j = 0;
  do
  :: j < 3 -> act = (j == 0 -> a1 : (j == 1 -> a2 : a3)); s_do(); j = j + 1
  :: j >= 3 -> break
  od;
  if
  :: next == S_CLOSING || next == S_CLOSED -> settle(s_end); s_preparing = 0; s_sending = 0
  :: else
  fi;
  s_ph = next;
  check()
}

inline r_step() {
  r_cell(r_ph, ev);
  j = 0;
  do
  :: j < 3 -> act = (j == 0 -> a1 : (j == 1 -> a2 : a3)); r_do(); j = j + 1
  :: j >= 3 -> break
  od;
  if
  :: next == R_CLOSING || next == R_CLOSED ->
     settle(r_end);
     r_asking = 0; r_preparing = 0; r_agreeing = 0; r_storing = 0; r_finishing = 0
  :: else
  fi;
  r_ph = next;
  check()
}

/* What holds after every step. */
inline check() {
  assert(s_acked <= r_durable);                              /* Ack is durable */
  assert(s_sent - s_acked <= WIN);                           /* within the window */
  assert(stored_all(cursor));                                /* cursor covers only what is durable */
  assert(!(s_keys && r_keys) || s_version == r_version);     /* version agreed */
  assert(r_right || (!s_keys && !r_keys));                   /* a wrong code leads nowhere */
  assert(s_end != DONE || (s_completed && r_durable == s_sent && stored_all(s_mark)));
  assert(r_end != DONE || (s_completed && r_durable == s_sent && stored_all(s_mark)))
}

#define highest(mask) ((mask & 4) -> 3 : ((mask & 2) -> 2 : ((mask & 1) -> 1 : 0)))
#define COMMON (S_VERSIONS & R_VERSIONS)
#define last_of(keys) ((keys) -> E_SEAL_BROKEN : E_VIOLATION)

/* Judges what was read: the event of kind, fa, fb, fs in the state of its reader. */
inline s_judge() {
  ev = kind;
  if
  :: kind == FIN || kind == RST -> ev = E_END
  :: else ->
     if
     :: s_ph == S_CLOSING
     :: s_ph != S_CLOSING && fs != s_keys -> ev = last_of(s_keys); assert(!fs && kind == E_REJECT)
     :: s_ph != S_CLOSING && fs == s_keys && !S_EXPECTS(s_ph, kind) ->
        assert(false)                                        /* no false accusation */
     :: s_ph != S_CLOSING && fs == s_keys && S_EXPECTS(s_ph, kind) ->
        if
        :: kind == E_ACCEPT -> s_version = fa; assert(S_VERSIONS & (1 << (fa - 1)))
        :: kind == E_CONFIRM && !fa -> ev = E_VIOLATION; assert(!r_right)
        :: kind == E_REQUEST -> s_from = fa; s_open = fb
        :: kind == E_ACK -> assert(fa >= s_acked && fa <= s_sent && (fb || !s_open))
        :: kind == E_RECEIPT -> assert(s_acked == s_sent && fa == s_sent)
        :: else
        fi
     fi
  fi
}

inline r_judge() {
  ev = kind;
  if
  :: kind == FIN || kind == RST -> ev = E_END
  :: else ->
     if
     :: r_ph == R_CLOSING
     :: r_ph != R_CLOSING && fs != r_keys -> assert(false)
     :: r_ph != R_CLOSING && fs == r_keys && !R_EXPECTS(r_ph, kind) ->
        assert(false)                                        /* no false accusation */
     :: r_ph != R_CLOSING && fs == r_keys && R_EXPECTS(r_ph, kind) ->
        if
        :: kind == E_INITIATE && !COMMON -> ev = E_VIOLATION
        :: kind == E_INITIATE && COMMON -> r_version = highest(COMMON)
        :: kind == E_PAYLOAD ->
           assert(fa == r_received + 1 && r_open && r_received - r_told < WIN)
        :: kind == E_COMPLETE -> r_final = fb; assert(fa == r_received)
        :: else
        fi
     fi
  fi
}

inline begin() {
  s_ph = S_INITIAL; s_end = OPEN; s_version = 0; s_from = 0; s_mark = 0; s_sent = 0; s_acked = 0;
  s_talk = TALK; s_keys = 0; s_mute = 0; s_open = 0; s_completed = 0; s_gone = 0;
  r_ph = R_INITIAL; r_end = OPEN; r_version = 0; r_received = 0; r_first = 0; r_durable = 0;
  r_told = 0; r_final = NONE; r_talk = TALK; r_keys = 0; r_mute = 0; r_open = !HOLDS; r_right = 1;
  r_final_stored = 0; r_gone = 0;
  drain(to_r, to_r_ended); drain(to_s, to_s_ended);
  to_r_state = UP; to_s_state = UP; silent = 0; broken = 0;
  left = left - 1;
  to_r!E_INITIATE,0,0,0
}

/* The event of a move is found first, so that the step stands once; 0: no step. */
proctype Sender() {
  do
  :: finished -> break
  :: atomic {
       if
       :: !s_over && !finished && nempty(to_s) && !silent &&
          !(s_ph == S_CLOSING && s_blocked && to_s?[FIN,0,0,0]) ->
          d_step {
            to_s?kind,fa,fb,fs;
            if :: kind == FIN || kind == RST -> to_s_ended = 0 :: else fi;
            s_judge()
          }
       :: s_preparing -> s_preparing = 0; ev = E_OFFER_READY
#if STARTS_OVER
       :: s_preparing && s_from > 0 -> s_preparing = 0; s_from = 0; ev = E_OFFER_READY
#endif
       :: s_sending && s_from + s_sent >= s_mark -> s_sending = 0; ev = E_ALL_SENT
       :: s_sending && s_from + s_sent < s_mark && s_open && s_sent - s_acked < WIN &&
          in_r < CAP -> ev = E_BATCH_READY
#if TALK
       :: s_talk > 0 && !s_mute && !s_ending ->
          d_step { s_talk = s_talk - 1; s_write(E_IGNORABLE, 0, 0); ev = 0 }
       :: s_talk > 0 && !s_ending && S_KEEPS_ALIVE(s_ph) ->
          s_talk = s_talk - 1; ev = E_KEEP_ALIVE_DUE
#endif
#if CANCELS
       :: !s_ending && !finished -> ev = E_CANCEL
       :: !s_ending && !finished -> ev = E_FAULT
#endif
       :: !s_over && !finished && (TIMEOUTS || silent) && S_HAS_TIMER(s_ph) &&
          !(S_TIMER_WAITS(s_ph) && s_blocked) ->
          d_step {
            ev = E_TIMEOUT;                        /* what never left completes nothing */
            if :: s_end == DONE && s_blocked -> s_end = INTERRUPTED :: else fi
          }
       fi;
       d_step {
         if :: ev != 0 -> s_step() :: else fi;
         kind = 0; fa = 0; fb = 0; fs = 0; ev = 0
       }
     }
  od
}

proctype Receiver() {
  do
  :: finished -> break
  :: atomic {
       if
       :: !r_over && !finished && nempty(to_r) && !silent &&
          !(r_ph == R_CLOSING && r_blocked && to_r?[FIN,0,0,0]) ->
          d_step {
            to_r?kind,fa,fb,fs;
            if :: kind == FIN || kind == RST -> to_r_ended = 0 :: else fi;
            r_judge()
          }
       :: r_asking -> r_asking = 0; ev = E_CODE_ENTERED
       :: r_preparing -> r_preparing = 0; ev = E_REQUEST_READY
       :: r_agreeing -> r_agreeing = 0; ev = E_AGREED
#if DECISIONS
       :: r_asking -> r_asking = 0; r_right = 0; ev = E_CODE_ENTERED
       :: r_agreeing -> r_agreeing = 0; ev = E_DECLINED
#endif
       :: r_storing && r_durable == r_told && r_received > r_durable ->
          d_step {
            applied[r_first + r_durable] = 1; cursor = r_first + r_durable;
            r_durable = r_durable + 1; ev = 0; check()
          }
       :: r_storing && r_durable > r_told -> r_told = r_told + 1; ev = E_COMMITTED
       :: r_finishing && r_told == r_received && !r_final_stored ->
          d_step { cursor = r_final; r_final_stored = 1; ev = 0; check() }
       :: r_finishing && r_told == r_received && r_final_stored ->
          r_finishing = 0; ev = E_STORED_ALL
#if TALK
       :: r_talk > 0 && !r_mute && !r_ending && (r_keys || r_ph != R_AWAIT_CONFIRM) ->
          d_step { r_talk = r_talk - 1; r_write(E_IGNORABLE, 0, 0); ev = 0 }
       :: r_talk > 0 && !r_ending && R_KEEPS_ALIVE(r_ph) ->
          r_talk = r_talk - 1; ev = E_KEEP_ALIVE_DUE
#endif
#if CANCELS
       :: !r_ending && !finished -> ev = E_CANCEL
       :: !r_ending && !finished -> ev = E_FAULT
#endif
       :: !r_over && !finished && (TIMEOUTS || silent) && R_HAS_TIMER(r_ph) &&
          !(R_TIMER_WAITS(r_ph) && r_blocked) ->
          d_step {
            ev = E_TIMEOUT;                        /* what never left completes nothing */
            if :: r_end == DONE && r_blocked -> r_end = INTERRUPTED :: else fi
          }
       fi;
       d_step {
         if :: ev != 0 -> r_step() :: else fi;
         kind = 0; fa = 0; fb = 0; fs = 0; ev = 0
       }
     }
  od
}

#define whole (!silent && to_r_state == UP && to_s_state == UP && !finished)

proctype World() {
  do
  :: atomic { s_over && r_over && !finished && left > 0 -> d_step { begin() } }
  :: atomic { s_over && r_over && left == 0 -> finished = 1; break }
  /* A closed connection answers what is still written to it with a reset. */
  :: atomic { r_over && !s_over && to_r_state == HIT && in_s > 0 ->
       d_step { drain(to_s, to_s_ended); to_s!RST,0,0,0; to_s_ended = 1 } }
  :: atomic { s_over && !r_over && to_s_state == HIT && in_r > 0 ->
       d_step { drain(to_r, to_r_ended); to_r!RST,0,0,0; to_r_ended = 1 } }
#if CUTS
  :: atomic { whole && !broken -> d_step { broken = 1;
       if :: s_end == DONE && s_blocked -> s_end = INTERRUPTED :: else fi;
       if :: r_end == DONE && r_blocked -> r_end = INTERRUPTED :: else fi;
       drain(to_s, to_s_ended); drain(to_r, to_r_ended);
       if :: !s_over -> to_s!RST,0,0,0; to_s_ended = 1 :: else fi;
       if :: !r_over -> to_r!RST,0,0,0; to_r_ended = 1 :: else fi;
       to_s_state = DEAD; to_r_state = DEAD } }
  :: atomic { whole && !broken && !s_over -> d_step { broken = 1;
       if :: r_end == DONE && r_blocked -> r_end = INTERRUPTED :: else fi;
       truncate(to_s, to_s_ended, FIN); to_s_state = DEAD } }
  :: atomic { whole && !broken && !r_over -> d_step { broken = 1;
       if :: s_end == DONE && s_blocked -> s_end = INTERRUPTED :: else fi;
       truncate(to_r, to_r_ended, FIN); to_r_state = DEAD } }
#endif
#if CRASHES
  :: atomic { !s_over && !finished -> d_step { broken = 1;
       close(to_r, to_r_state, to_r_ended, to_s, to_s_state, to_s_ended);
       s_gone = 1; s_end = LOST; s_mute = 1; s_preparing = 0; s_sending = 0 } }
  :: atomic { !r_over && !finished -> d_step { broken = 1;
       close(to_s, to_s_state, to_s_ended, to_r, to_r_state, to_r_ended);
       r_gone = 1; r_end = LOST; r_mute = 1;
       r_asking = 0; r_preparing = 0; r_agreeing = 0; r_storing = 0; r_finishing = 0 } }
#endif
#if SILENCE
  :: atomic { whole && !broken -> broken = 1; silent = 1 }
#endif
  od
}

init {
  atomic {
    d_step { left = left + 1; begin(); left = SESSIONS - 1 };
    run Sender();
    run Receiver();
    run World()
  }
}

/* Every run ends: no deadlock, no circle. */
ltl ends { <> finished }
/* An undisturbed session completes on both sides with everything stored. */
ltl completes { <> (finished && s_end == DONE && r_end == DONE && stored_all(N)) }
/* What cannot be agreed on never gets past the handshake. */
ltl disagrees { [] (!s_keys && !r_keys) }
/* Without a break nobody is left with a mere interruption. */
ltl heard { [] (s_end != INTERRUPTED && r_end != INTERRUPTED) }
