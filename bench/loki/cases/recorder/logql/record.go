package logql

import (
	"encoding/json"
	"fmt"
	"strings"
	"sync"
	"time"

	"github.com/cespare/xxhash/v2"
	"github.com/prometheus/prometheus/promql"

	"github.com/grafana/loki/pkg/logproto"
)

const entriesMax = 30_000

var (
	engineData  sync.Map
	querierData sync.Map
	written     sync.Map
	lastSamples interface{}
)

// A line of the data of a test; of a sample, its value instead of a text.
type recordedEntry struct {
	Time  int64    `json:"time,string"`
	Line  string   `json:"line,omitempty"`
	Value *float64 `json:"value,omitempty"`
}

type recordedStream struct {
	Labels  map[string]string `json:"labels"`
	Entries []recordedEntry   `json:"entries"`
}

func rememberData(querier interface{}, data interface{}) { querierData.Store(querier, data) }

func rememberEngine(engine *Engine, querier Querier) {
	defer func() { _ = recover() }() // A querier of a type that is no key.
	if mock, ok := querier.(MockQuerier); ok {
		engineData.Store(engine, mock.streams)
		return
	}
	if data, ok := querierData.Load(querier); ok {
		engineData.Store(engine, data)
	}
}

func recordQuery(engine *Engine, params Params) {
	data, ok := engineData.Load(engine)
	if !ok {
		return
	}
	if _, isName := data.(string); !isName {
		data = recordData(data)
		engineData.Store(engine, data)
	}
	record(recordedCase{Group: "engine", Kind: "query", Query: params.Query(), Data: fmt.Sprint(data),
		Start: params.Start().UnixNano(), End: params.End().UnixNano(), Step: params.Step().Nanoseconds(),
		Interval: params.Interval().Nanoseconds(), Limit: params.Limit(), Direction: params.Direction().String()})
}

// Operators of two samples, as the tests of the evaluator try them.
func recordOperator(op string, left, right *promql.Sample, filter bool) {
	test := testName()
	if left == nil || right == nil || !strings.Contains(strings.ToLower(test), "mergebinop") && !strings.Contains(test, "DivideByZero") {
		return
	}
	modifier := ""
	if IsComparisonOperator(op) && !filter {
		modifier = "bool "
	}
	counts := func(v float64) string {
		return fmt.Sprintf("(sum(count_over_time({app=\"operands\"}[1m])) * %v)", v)
	}
	one := 1.
	data := recordData([][]logproto.Series{{{Labels: `{app="operands"}`, Samples: []logproto.Sample{{Timestamp: 30e9, Value: one}}}}})
	record(recordedCase{Group: "operators", Kind: "query", Data: data, Start: 60e9, End: 60e9, Limit: 100,
		Direction: "FORWARD", Query: counts(left.V) + " " + op + " " + modifier + counts(right.V)})
}

// The two streams of the tests of range vectors.
func rememberSamples(samples []logproto.Sample) {
	lastSamples = [][]logproto.Series{{
		{Labels: `{app="foo"}`, Samples: samples}, {Labels: `{app="bar"}`, Samples: samples},
	}}
}

func recordRange(selRange, step, start, end int64) {
	if lastSamples == nil || testName() != "Test_RangeVectorIterator" {
		return
	}
	query := fmt.Sprintf("count_over_time({app=~\"foo|bar\"} [%s])", time.Duration(selRange))
	record(recordedCase{Group: "ranges", Kind: "query", Query: query, Data: recordData(lastSamples),
		Start: start, End: end, Step: step, Limit: 100, Direction: "BACKWARD"})
}

// Writes data once, and names it.
func recordData(data interface{}) string {
	streams := []recordedStream{}
	switch d := data.(type) {
	case []logproto.Stream:
		streams = ofStreams(d)
	case [][]logproto.Stream:
		for _, s := range d {
			streams = append(streams, ofStreams(s)...)
		}
	case [][]logproto.Series:
		for _, s := range d {
			streams = append(streams, ofSeries(s)...)
		}
	}
	entries := 0
	for _, s := range streams {
		entries += len(s.Entries)
	}
	text, err := json.Marshal(streams)
	if err != nil || entries > entriesMax {
		return "too many lines"
	}
	name := fmt.Sprintf("%x", xxhash.Sum64(text))
	if _, ok := written.LoadOrStore(name, true); !ok {
		record(recordedCase{Group: "data", Kind: "data", Data: name, Streams: streams})
	}
	return name
}

func ofStreams(streams []logproto.Stream) (all []recordedStream) {
	for _, s := range streams {
		lbs, err := ParseLabels(s.Labels)
		if err != nil {
			continue
		}
		out := recordedStream{Labels: lbs.Map()}
		for _, e := range s.Entries {
			out.Entries = append(out.Entries, recordedEntry{Time: e.Timestamp.UnixNano(), Line: e.Line})
		}
		all = append(all, out)
	}
	return all
}

func ofSeries(series []logproto.Series) (all []recordedStream) {
	for _, s := range series {
		lbs, err := ParseLabels(s.Labels)
		if err != nil {
			continue
		}
		out := recordedStream{Labels: lbs.Map()}
		for i := range s.Samples {
			out.Entries = append(out.Entries, recordedEntry{Time: s.Samples[i].Timestamp, Value: &s.Samples[i].Value})
		}
		all = append(all, out)
	}
	return all
}
