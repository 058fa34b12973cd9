package main

import (
	"context"
	"sort"
	"time"

	"github.com/prometheus/prometheus/pkg/labels"

	"github.com/grafana/loki/pkg/iter"
	"github.com/grafana/loki/pkg/logproto"
	"github.com/grafana/loki/pkg/logql"
)

// The lines of some streams, as the engine asks for them.
type memoryQuerier struct{ streams []stream }

func (q memoryQuerier) SelectLogs(_ context.Context, params logql.SelectLogParams) (iter.EntryIterator, error) {
	selector, err := params.LogSelector()
	if err != nil {
		return nil, err
	}
	pipeline, err := selector.Pipeline()
	if err != nil {
		return nil, err
	}
	found := []item{}
	for _, s := range q.streams {
		lbs := labels.FromMap(s.Labels)
		if !matches(selector.Matchers(), lbs) {
			continue
		}
		ofStream := pipeline.ForStream(lbs)
		for _, e := range s.Entries {
			if e.Time < params.Start.UnixNano() || e.Time >= params.End.UnixNano() {
				continue
			}
			if line, out, ok := ofStream.Process([]byte(e.Line)); ok {
				found = append(found, item{time: e.Time, labels: out.String(), line: string(line)})
			}
		}
	}
	sort.SliceStable(found, func(i, j int) bool {
		if params.Direction == logproto.FORWARD {
			return found[i].time < found[j].time
		}
		return found[i].time > found[j].time
	})
	return &items{all: found, at: -1}, nil
}

func (q memoryQuerier) SelectSamples(_ context.Context, params logql.SelectSampleParams) (iter.SampleIterator, error) {
	selector, err := params.LogSelector()
	if err != nil {
		return nil, err
	}
	expr, err := params.Expr()
	if err != nil {
		return nil, err
	}
	extractor, err := expr.Extractor()
	if err != nil {
		return nil, err
	}
	found := []item{}
	for _, s := range q.streams {
		lbs := labels.FromMap(s.Labels)
		if !matches(selector.Matchers(), lbs) {
			continue
		}
		ofStream := extractor.ForStream(lbs)
		for _, e := range s.Entries {
			if e.Time < params.Start.UnixNano() || e.Time > params.End.UnixNano() {
				continue
			}
			if value, out, ok := ofStream.Process([]byte(e.Line)); ok {
				found = append(found, item{time: e.Time, labels: out.String(), value: value})
			}
		}
	}
	sort.SliceStable(found, func(i, j int) bool { return found[i].time < found[j].time })
	return &items{all: found, at: -1}, nil
}

func matches(matchers []*labels.Matcher, lbs labels.Labels) bool {
	for _, m := range matchers {
		if !m.Matches(lbs.Get(m.Name)) {
			return false
		}
	}
	return true
}

// A line or a sample, with the labels that the pipeline has given it.
type item struct {
	time   int64
	labels string
	line   string
	value  float64
}

// Both an iterator of lines and one of samples. Loki's own ones take equal lines of one time for one line.
type items struct {
	all []item
	at  int
}

func (i *items) Next() bool     { i.at++; return i.at < len(i.all) }
func (i *items) Labels() string { return i.all[i.at].labels }
func (i *items) Error() error   { return nil }
func (i *items) Close() error   { return nil }

func (i *items) Entry() logproto.Entry {
	return logproto.Entry{Timestamp: time.Unix(0, i.all[i.at].time), Line: i.all[i.at].line}
}

func (i *items) Sample() logproto.Sample {
	return logproto.Sample{Timestamp: i.all[i.at].time, Value: i.all[i.at].value, Hash: uint64(i.at)}
}
