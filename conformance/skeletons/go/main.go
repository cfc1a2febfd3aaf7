// A testee for the conformance kit of the FHIR Peer Sync Protocol, in Go.
//
// A testee is your implementation with this small test program around it. The kit writes one JSON
// object on a line, the testee answers with one: appendix H of the specification ("control protocol").
//
// Your way through this file; ask `peersync-conformance doctor` after each step:
//
//	STEP 1, 2 minutes    say who you are: hello.
//	STEP 2, 10 minutes   put your own store in place of the one in memory: Store.
//	STEP 3, 15 minutes   run a session of your implementation: connectSession.
//	STEP 4, later        declare more: the other role, then features, one after the other.
//
// What comes after these speaks the control protocol and needs no change.
package main

import (
	"bufio"
	"bytes"
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log"
	"maps"
	"net"
	"os"
	"slices"
	"strconv"
)

// ---- STEP 1: what it is ------------------------------------------------------------------------

// Declare what is true and no more. One role is enough to begin with: "receiver" or "sender".
var (
	impl         = map[string]string{"name": "My implementation", "version": "0.1.0", "language": "Go"}
	versions     = []int{1}
	roles        = []string{"receiver"}
	features     = []string{} // STEP 4: names out of section H.10 of the specification
	modes        = []string{"FULL", "CURSOR", "LAST_UPDATED"}
	strategies   = []string{"theirs", "ours"}
	releases     = []string{"R4"}
	secretKinds  = []string{"digits"}
	capabilities = []string{}
)

// ---- STEP 2: your store ------------------------------------------------------------------------

// What a store holds. Texts are exact: what comes out is octet for octet what went in.
type (
	Entry struct {
		Type         string     `json:"type"`
		ID           string     `json:"id"`
		Resource     *string    `json:"resource"`               // nil: deleted
		Base         *Base      `json:"base,omitempty"`         // nil: on no server yet
		BaseResource *string    `json:"baseResource,omitempty"` // the server's content, where it differs
		Changes      []Change   `json:"changes"`                // oldest first
		Absorbed     []ChangeID `json:"absorbed"`
	}
	Base struct { // the server's version that the changes were made to
		VersionID   string `json:"versionId"`
		LastUpdated string `json:"lastUpdated"`
	}
	ChangeID struct {
		Replica string  `json:"replica"` // 32 hex digits
		Counter Counter `json:"counter"`
	}
	Change struct {
		ChangeID
		Type          string  `json:"type"`              // INSERT, UPDATE or DELETE
		Payload       *string `json:"payload,omitempty"` // the exact text; nil for DELETE
		BaseVersionID string  `json:"baseVersionId"`
		RecordedAt    string  `json:"recordedAt"`
	}
	Cursor struct { // kept as a receiver
		Replica string          `json:"replica"`         // the sender that it is of
		Cursor  string          `json:"cursor"`          // hex
		Types   []RequestedType `json:"types,omitempty"` // empty: it was asked for every type
	}
	RequestedType struct {
		Type       string              `json:"type"`
		Parameters []map[string]string `json:"parameters"` // name and value of each
	}
	Archived struct {
		Reason string `json:"reason"` // displaced, not-taken, deferred or merged
		Peer   string `json:"peer"`   // whom the other state came from
		Entry  Entry  `json:"entry"`
	}
	Device struct { // Now: what the wall clock goes on saying; ServerURL: as configured, empty: no server
		Replica, Now, ServerURL, DisplayName string
	}
)

// Store is what `reset` fills and `dump` reads. Replace the map by your own store, and read it here
// as your sessions read it.
type Store struct {
	Device  Device
	entries map[[2]string]Entry
	cursors []Cursor
}

// openEmptyStore leaves nothing of an earlier store. The URL has to be brought into its canonical
// form; for one that has none (PSP-SRV-3): return nil, &refusal{"invalid", "…", "serverUrl"}.
func openEmptyStore(device Device) (*Store, error) {
	return &Store{Device: device, entries: map[[2]string]Entry{}}, nil
}

func (s *Store) Put(entry Entry) error {
	s.entries[[2]string{entry.Type, entry.ID}] = entry
	return nil
}

func (s *Store) PutCursor(cursor Cursor) error {
	s.cursors = append(s.cursors, cursor)
	return nil
}

func (s *Store) Entries() ([]Entry, error)  { return slices.Collect(maps.Values(s.entries)), nil }
func (s *Store) Cursors() ([]Cursor, error) { return slices.Clone(s.cursors), nil }

// Archived gives the states that a conflict put aside, oldest first.
func (s *Store) Archived() ([]Archived, error) { return []Archived{}, nil }

// Close is called by `quit`, with nil where there was no `reset`.
func (s *Store) Close() error { return nil }

// ---- STEP 3: your session ----------------------------------------------------------------------

// Run is what the kit asks for: one session, from its connection to its close.
type Run struct {
	Role         string          // "sender" or "receiver": your role
	Address      string          // dial this, in either role
	Secrets      []string        // receiver: typed one after the other; sender: on show; none: nobody acts
	Release      string          // FHIR release
	Mode         string          // of a receiver: what to ask for
	Types        []RequestedType // empty: every type
	Strategy     string          // what to do about conflicts
	Capabilities []string        // use these and no others
}

// Outcome is how a session ended.
type Outcome struct {
	Result string  `json:"result"`           // completed, rejected, failed, cancelled, declined or interrupted
	Reason string  `json:"reason,omitempty"` // name of the error code, where there is one
	Detail string  `json:"detail,omitempty"` // anything that helps a person
	Report *Report `json:"report,omitempty"` // as soon as it is known what to transfer
}

// Report counts by type, in order of the type; outcomes are STORED, DUPLICATE, … as in chapter 21.
type (
	Report struct {
		Types []TypeCounts `json:"types"`
	}
	TypeCounts struct {
		Type        string         `json:"type"`
		Transferred int            `json:"transferred"`
		Outcomes    map[string]int `json:"outcomes"`
	}
)

// connectSession runs one session and says how it ended. A session that ended badly is an Outcome
// like any other; an error means that there was no connection at all. It waits for no answer of a
// user: the receiver agrees to every Offer at once.
//
// For example:
//
//	stream, err := net.Dial("tcp", run.Address)
//	end := mysync.Receive(stream, run.Secrets[0], store, run.Mode)
//	return Outcome{Result: "completed", Report: &Report{Types: []TypeCounts{
//		{Type: "Patient", Transferred: 1, Outcomes: map[string]int{"STORED": 1}}}}}, nil
func connectSession(run Run, store *Store) (Outcome, error) {
	return Outcome{}, errors.New(
		"run is not connected to your implementation yet: see connectSession() in main.go")
}

// ---- The control protocol: nothing to change below ---------------------------------------------

type object = map[string]any

// Counter is an unsigned 64-bit integer; above 2^53 - 1 it travels as text.
type Counter uint64

func (c Counter) MarshalJSON() ([]byte, error) {
	if c < 1<<53 {
		return []byte(strconv.FormatUint(uint64(c), 10)), nil
	}
	return []byte(fmt.Sprintf("%q", strconv.FormatUint(uint64(c), 10))), nil
}

func (c *Counter) UnmarshalJSON(text []byte) error {
	value, err := strconv.ParseUint(string(bytes.Trim(text, `"`)), 10, 64)
	*c = Counter(value)
	return err
}

// refusal is a command that is answered with `"ok":false`.
type refusal struct {
	Kind    string `json:"kind"` // unsupported, invalid or failed
	Message string `json:"message"`
	Field   string `json:"field,omitempty"`
}

func (r *refusal) Error() string { return r.Message }

// command has the members of every command; encoding/json lets null count as absent.
type command struct {
	ID                                   *int64
	Cmd                                  *string
	Control                              int
	Case, Role                           string
	Replica, Now, ServerURL, DisplayName string
	Seed                                 *struct {
		Entries []Entry
		Cursors []Cursor
	}
	Dial struct {
		Host string
		Port int
	}
	Clock  *string
	Secret json.RawMessage
	Params map[string]*json.RawMessage
}

type testee struct{ store *Store }

func (t *testee) carryOut(c command) (any, error) {
	switch *c.Cmd {
	case "hello":
		if c.Control != 1 {
			return nil, &refusal{"unsupported", "control 1 only", "control"}
		}
		return object{"control": 1, "impl": impl, "versions": versions, "roles": roles, "features": features,
			"modes": modes, "strategies": strategies, "releases": releases, "secretKinds": secretKinds,
			"capabilities": capabilities}, nil
	case "reset":
		return object{}, t.reset(c)
	case "quit":
		return object{}, t.store.Close()
	case "run", "dump":
		if t.store == nil {
			return nil, &refusal{"invalid", "reset has to come first", ""}
		} else if *c.Cmd == "dump" {
			return t.dump()
		}
		run, err := readRun(c)
		if err != nil {
			return nil, err
		}
		return connectSession(run, t.store)
	}
	return nil, &refusal{"unsupported", "no such command: " + *c.Cmd, ""}
}

func (t *testee) reset(c command) error {
	fmt.Fprintln(os.Stderr, "case", c.Case)
	if c.Seed == nil || len(c.Replica) != 32 {
		return &refusal{"invalid", "reset needs a seed, and a replica of 32 hex digits", "replica"}
	}
	store, err := openEmptyStore(Device{c.Replica, c.Now, c.ServerURL, c.DisplayName})
	if err != nil {
		return err
	}
	for _, entry := range c.Seed.Entries {
		err = errors.Join(err, store.Put(entry))
	}
	for _, cursor := range c.Seed.Cursors {
		err = errors.Join(err, store.PutCursor(cursor))
	}
	t.store = store
	return err
}

func (t *testee) dump() (any, error) {
	entries, err := t.store.Entries()
	cursors, err2 := t.store.Cursors()
	archive, err3 := t.store.Archived()
	slices.SortFunc(entries, func(a, b Entry) int {
		return cmp.Or(cmp.Compare(a.Type, b.Type), cmp.Compare(a.ID, b.ID))
	})
	slices.SortFunc(cursors, func(a, b Cursor) int { return cmp.Compare(a.Replica+a.Cursor, b.Replica+b.Cursor) })
	for at := range entries {
		entries[at].Absorbed = sorted(entries[at].Absorbed)
	}
	for at := range archive {
		archive[at].Entry.Absorbed = sorted(archive[at].Entry.Absorbed)
	}
	store := object{"replica": t.store.Device.Replica, "entries": append([]Entry{}, entries...), "cursors": cursors, "archive": archive}
	return object{"store": store}, errors.Join(err, err2, err3)
}

// sorted leaves the store's own list as it is.
func sorted(ids []ChangeID) []ChangeID {
	return slices.SortedFunc(slices.Values(ids), func(a, b ChangeID) int {
		return cmp.Or(cmp.Compare(a.Replica, b.Replica), cmp.Compare(a.Counter, b.Counter))
	})
}

func readRun(c command) (Run, error) {
	run := Run{Role: c.Role, Release: "R4", Mode: "CURSOR", Strategy: "theirs", Capabilities: capabilities}
	if !slices.Contains(roles, c.Role) {
		return run, &refusal{"unsupported", "role " + c.Role, "role"}
	}
	if c.Dial.Port == 0 || c.Clock != nil {
		return run, &refusal{"unsupported", "a run that is not dialled, or on a virtual clock", "dial"}
	}
	run.Address = net.JoinHostPort(c.Dial.Host, strconv.Itoa(c.Dial.Port))
	if len(c.Secret) > 0 && json.Unmarshal(c.Secret, &run.Secrets) != nil {
		run.Secrets = make([]string, 1)
		if err := json.Unmarshal(c.Secret, &run.Secrets[0]); err != nil {
			return run, &refusal{"invalid", err.Error(), "secret"}
		}
	}
	for name, value := range c.Params {
		if value != nil {
			if err := readParam(name, *value, &run); err != nil {
				return run, err
			}
		}
	}
	return run, nil
}

func readParam(name string, value json.RawMessage, run *Run) error {
	unsupported := &refusal{"unsupported", name, "params." + name}
	into, isKnown := map[string]any{"release": &run.Release, "capabilities": &run.Capabilities,
		"mode": &run.Mode, "types": &run.Types, "strategy": &run.Strategy}[name]
	ofReceiver := name == "mode" || name == "types" || name == "strategy"
	if !isKnown || ofReceiver && run.Role != "receiver" {
		// Never ignore one: a case would fail in a way that nobody understands.
		return unsupported
	}
	if err := json.Unmarshal(value, into); err != nil {
		return &refusal{"invalid", err.Error(), "params." + name}
	}
	words := []string{}
	switch into := into.(type) {
	case *string:
		words = append(words, *into)
	case *[]string:
		words = *into
	}
	allowed := map[string][]string{"release": releases, "mode": modes, "strategy": strategies,
		"capabilities": capabilities}[name]
	for _, word := range words {
		if !slices.Contains(allowed, word) {
			return unsupported
		}
	}
	return nil
}

// answer carries out one line; nil where the line is no command. A panic of the implementation
// becomes an answer as well: it must not end the testee.
func (t *testee) answer(line []byte) (reply object, isQuit bool) {
	var c command
	malformed := json.Unmarshal(line, &c)
	if c.ID == nil || c.Cmd == nil {
		fmt.Fprintf(os.Stderr, "not a command: %.200q\n", line)
		return nil, false
	}
	refuse := func(why *refusal) object { return object{"id": *c.ID, "ok": false, "error": why} }
	defer func() {
		if fault := recover(); fault != nil {
			reply = refuse(&refusal{"failed", fmt.Sprint(fault), ""})
		}
	}()
	if malformed != nil {
		return refuse(&refusal{"invalid", malformed.Error(), ""}), false
	}
	result, err := t.carryOut(c)
	if refused := (*refusal)(nil); errors.As(err, &refused) {
		return refuse(refused), false
	} else if err != nil {
		return refuse(&refusal{"failed", err.Error(), ""}), false
	}
	members, _ := json.Marshal(result)
	var exact map[string]json.RawMessage // the result's members beside id and ok, in one object
	_ = json.Unmarshal(members, &exact)
	reply = object{"id": *c.ID, "ok": true}
	for name, member := range exact {
		reply[name] = member
	}
	return reply, *c.Cmd == "quit"
}

func serve(input io.Reader, output io.Writer) {
	lines, writer, t := bufio.NewReader(input), json.NewEncoder(output), &testee{}
	for { // not bufio.Scanner: lines may be long
		line, err := lines.ReadBytes('\n')
		if err != nil {
			return // the input has ended, and so does the testee
		}
		if reply, isQuit := t.answer(line); reply != nil {
			if writer.Encode(reply) != nil || isQuit {
				return
			}
		}
	}
}

// Standard input and output, or `--connect HOST:PORT` where the kit can't start a program.
func main() {
	input, output := io.Reader(os.Stdin), io.Writer(os.Stdout)
	os.Stdout = os.Stderr // what a library prints must not run into an answer
	if len(os.Args) > 2 && os.Args[1] == "--connect" {
		connection, err := net.Dial("tcp", os.Args[2])
		if err != nil {
			log.Fatal(err)
		}
		defer connection.Close()
		input, output = connection, connection
	}
	serve(input, output)
}
