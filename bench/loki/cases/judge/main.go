// The judge of the LogQL cases: Loki's own parser and engine as a process, over lines in memory. It reads one JSON
// request per line and answers each with one line. loki-module.ts builds it within a copy of Loki 2.2.1; it is never a
// part of Afterlog.
package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"os"
)

type request struct {
	Op      string   `json:"op"`
	Corpus  string   `json:"corpus"`
	Streams []stream `json:"streams"`
	Query   string   `json:"query"`
	// Nanoseconds, as text, since JavaScript's numbers do not hold them.
	Start     int64  `json:"start,string"`
	End       int64  `json:"end,string"`
	Step      int64  `json:"step,string"`
	Interval  int64  `json:"interval,string"`
	Limit     uint32 `json:"limit"`
	Direction string `json:"direction"`
	MaxSeries int    `json:"maxSeries"`
}

// One line in memory: its time in nanoseconds, and its text.
type entry struct {
	Time int64  `json:"time,string"`
	Line string `json:"line"`
}

type stream struct {
	Labels  map[string]string `json:"labels"`
	Entries []entry           `json:"entries"`
}

type answer struct {
	Error string `json:"error,omitempty"`
	// Of "parse": the expression as Loki writes it.
	Text   string         `json:"text,omitempty"`
	Kind   string         `json:"kind,omitempty"`
	Series []answerSeries `json:"series,omitempty"`
}

// Values are pairs: nanoseconds and the line, or milliseconds and the number as text.
type answerSeries struct {
	Labels map[string]string `json:"labels"`
	Values [][2]string       `json:"values"`
}

func main() {
	corpora := map[string][]stream{}
	out := bufio.NewWriter(os.Stdout)
	// Loki's parsers of paths write their errors to the standard output.
	os.Stdout, _ = os.OpenFile(os.DevNull, os.O_WRONLY, 0)
	decoder := json.NewDecoder(bufio.NewReaderSize(os.Stdin, 1<<20))
	for decoder.More() {
		var req request
		if err := decoder.Decode(&req); err != nil {
			fmt.Fprintln(os.Stderr, "a request that is no JSON:", err)
			os.Exit(1)
		}
		encoded, err := json.Marshal(reply(req, corpora))
		if err != nil {
			encoded, _ = json.Marshal(answer{Error: "judge: " + err.Error()})
		}
		out.Write(append(encoded, '\n'))
		out.Flush()
	}
}

func reply(req request, corpora map[string][]stream) (res answer) {
	defer func() {
		if r := recover(); r != nil {
			res = answer{Error: fmt.Sprint("judge: panic: ", r)}
		}
	}()
	switch req.Op {
	case "parse":
		return parse(req.Query)
	case "load":
		corpora[req.Corpus] = req.Streams
		return answer{}
	case "evaluate":
		return evaluate(req, corpora[req.Corpus])
	}
	return answer{Error: "judge: unknown op " + req.Op}
}
