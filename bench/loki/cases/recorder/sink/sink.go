// What all recorders share: cases go as lines of JSON to the file that LOGQL_CASES names, each once and with the test
// that ran it first; LOGQL_GROUPS names the groups of cases that are wanted. recorder/rewrite copies this file into
// each package.
package sink

import (
	"encoding/json"
	"os"
	"runtime"
	"strconv"
	"strings"
	"sync"
)

var (
	sinkMutex sync.Mutex
	sinkFile  *os.File
	sinkHas   = map[string]bool{}
	// Texts in LogQL of objects that a test has made, by the object.
	texts sync.Map
)

type recordedCase struct {
	Group string `json:"group"`
	Test  string `json:"test"`
	Kind  string `json:"kind"`
	Query string `json:"query"`
	// Of kind "line": a query without its selector, which runs over one line of one stream.
	Line   string            `json:"line"`
	Labels map[string]string `json:"labels"`
	// Of kind "query": what was asked, and the data it was asked of.
	Start     int64       `json:"start,string"`
	End       int64       `json:"end,string"`
	Step      int64       `json:"step,string"`
	Interval  int64       `json:"interval,string"`
	Limit     uint32      `json:"limit"`
	Direction string      `json:"direction"`
	Data      string      `json:"data"`
	Streams   interface{} `json:"streams,omitempty"`
}

func record(c recordedCase) {
	path := os.Getenv("LOGQL_CASES")
	if path == "" || !strings.Contains(os.Getenv("LOGQL_GROUPS"), c.Group) {
		return
	}
	key, err := json.Marshal(c)
	if err != nil {
		panic(err)
	}
	c.Test = testName()
	sinkMutex.Lock()
	defer sinkMutex.Unlock()
	if sinkHas[string(key)] || strings.HasPrefix(c.Test, "Benchmark") {
		return
	}
	sinkHas[string(key)] = true
	if sinkFile == nil {
		file, err := os.OpenFile(path, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o644)
		if err != nil {
			panic(err)
		}
		sinkFile = file
	}
	line, err := json.Marshal(c)
	if err != nil {
		panic(err)
	}
	if _, err := sinkFile.Write(append(line, '\n')); err != nil {
		panic(err)
	}
}

// The test function on the stack; what is made before any test runs belongs to none.
func testName() string {
	pcs := make([]uintptr, 64)
	frames := runtime.CallersFrames(pcs[:runtime.Callers(2, pcs)])
	for {
		frame, more := frames.Next()
		if strings.HasSuffix(frame.File, "_test.go") {
			name := frame.Function[strings.LastIndex(frame.Function, "/")+1:]
			for _, part := range strings.Split(name, ".") {
				if strings.HasPrefix(part, "Test") || strings.HasPrefix(part, "Benchmark") {
					return part
				}
			}
		}
		if !more {
			return "table of cases"
		}
	}
}

func quoted(text string) string { return strconv.Quote(text) }

func recordParse(query string) { record(recordedCase{Group: "syntax", Kind: "parse", Query: query}) }

func remember(object interface{}, text string) {
	defer func() { _ = recover() }() // An object of a type that is no key, or nil.
	if object != nil && text != "" {
		texts.Store(object, text)
	}
}

func remembered(object interface{}) (text string, ok bool) {
	defer func() { _ = recover() }()
	value, ok := texts.Load(object)
	if !ok {
		return "", false
	}
	text, ok = value.(string)
	return text, ok
}
