package main

import (
	"context"
	"fmt"
	"strconv"
	"time"

	"github.com/prometheus/prometheus/promql"
	"github.com/prometheus/prometheus/promql/parser"
	"github.com/weaveworks/common/user"

	"github.com/grafana/loki/pkg/logproto"
	"github.com/grafana/loki/pkg/logql"
)

func parse(query string) answer {
	expr, err := logql.ParseExpr(query)
	if err != nil {
		return answer{Error: err.Error()}
	}
	kind := "other"
	switch expr.(type) {
	case logql.SampleExpr:
		kind = "metric"
	case logql.LogSelectorExpr:
		kind = "log"
	}
	return answer{Text: expr.String(), Kind: kind}
}

func evaluate(req request, streams []stream) answer {
	direction := logproto.BACKWARD
	if req.Direction == "forward" {
		direction = logproto.FORWARD
	}
	params := logql.NewLiteralParams(req.Query, time.Unix(0, req.Start), time.Unix(0, req.End),
		time.Duration(req.Step), time.Duration(req.Interval), direction, req.Limit, nil)
	engine := logql.NewEngine(logql.EngineOpts{}, memoryQuerier{streams}, seriesLimit(req.MaxSeries))
	result, err := engine.Query(params).Exec(user.InjectOrgID(context.Background(), "judge"))
	if err != nil {
		return answer{Error: err.Error()}
	}
	return render(result.Data)
}

func render(data parser.Value) answer {
	switch value := data.(type) {
	case logql.Streams:
		res := answer{Kind: "streams"}
		for _, s := range value {
			lbs, err := parser.ParseMetric(s.Labels)
			if err != nil {
				return answer{Error: "judge: labels " + s.Labels + ": " + err.Error()}
			}
			values := make([][2]string, 0, len(s.Entries))
			for _, e := range s.Entries {
				values = append(values, [2]string{strconv.FormatInt(e.Timestamp.UnixNano(), 10), e.Line})
			}
			res.Series = append(res.Series, answerSeries{lbs.Map(), values})
		}
		return res
	case promql.Matrix:
		res := answer{Kind: "matrix"}
		for _, s := range value {
			values := make([][2]string, 0, len(s.Points))
			for _, p := range s.Points {
				values = append(values, sampleValue(p))
			}
			res.Series = append(res.Series, answerSeries{s.Metric.Map(), values})
		}
		return res
	case promql.Vector:
		res := answer{Kind: "vector"}
		for _, s := range value {
			res.Series = append(res.Series, answerSeries{s.Metric.Map(), [][2]string{sampleValue(s.Point)}})
		}
		return res
	case promql.Scalar:
		return answer{Kind: "scalar", Series: []answerSeries{{nil, [][2]string{sampleValue(promql.Point(value))}}}}
	}
	return answer{Error: fmt.Sprintf("judge: a result of type %T", data)}
}

func sampleValue(p promql.Point) [2]string {
	return [2]string{strconv.FormatInt(p.T, 10), strconv.FormatFloat(p.V, 'g', -1, 64)}
}

type seriesLimit int

func (l seriesLimit) MaxQuerySeries(string) int { return int(l) }
