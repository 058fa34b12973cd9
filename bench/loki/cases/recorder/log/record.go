package log

import (
	"fmt"
	"regexp"
	"strings"
	"sync"
)

const recordedLineMax = 16 << 10

var (
	recorderMutex sync.Mutex
	// Functions with a hook that run now: only the outermost one is a case.
	depth int
)

func enter() (outermost bool, leave func()) {
	recorderMutex.Lock()
	defer recorderMutex.Unlock()
	depth++
	return depth == 1, func() {
		recorderMutex.Lock()
		defer recorderMutex.Unlock()
		depth--
	}
}

func recordFilter(filter interface{}, line []byte) func() {
	outermost, leave := enter()
	if outermost && len(line) <= recordedLineMax {
		if known, ok := filter.(Filterer); ok {
			if text, ok := filterText(known); ok && text != "" {
				record(recordedCase{Group: "stages", Kind: "line", Query: text, Line: string(line)})
			}
		}
	}
	return leave
}

func recordStage(stage interface{}, line []byte, builder *LabelsBuilder) func() {
	outermost, leave := enter()
	if outermost && len(line) <= recordedLineMax && builder != nil && plain(builder) {
		if text, ok := stageText(stage); ok {
			record(recordedCase{Group: "stages", Kind: "line", Query: text, Line: string(line), Labels: builder.base.Map()})
		}
	}
	return leave
}

func recordPipeline(stages []Stage, builder *LabelsBuilder, line []byte) func() {
	outermost, leave := enter()
	if outermost {
		if text, ok := stagesText(stages); ok {
			record(recordedCase{Group: "pipelines", Kind: "line", Query: text, Line: string(line), Labels: builder.base.Map()})
		}
	}
	return leave
}

func recordSample(builder *LabelsBuilder, line []byte) func() {
	outermost, leave := enter()
	if outermost {
		if text, ok := remembered(builder.BaseLabelsBuilder); ok {
			record(recordedCase{Group: "samples", Kind: "line", Query: text, Line: string(line), Labels: builder.base.Map()})
		}
	}
	return leave
}

func recordFunction(name string, numbers []int, text string) {
	if depth > 0 {
		return
	}
	arguments := ""
	for _, number := range numbers {
		arguments += fmt.Sprintf(" %d", number)
	}
	template := "{{" + name + arguments + " " + quoted(text) + "}}"
	record(recordedCase{Group: "stages", Kind: "line", Query: "| line_format " + quoted(template), Line: "any"})
}

func recordKey(key string) {
	if depth > 0 {
		return
	}
	record(recordedCase{Group: "stages", Kind: "line", Query: "| json", Line: "{" + quoted(key) + `:"value"}`})
}

// Whether a query can give a stage these labels: nothing is parsed yet, and nothing has failed.
func plain(builder *LabelsBuilder) bool {
	return builder.err == "" && len(builder.del) == 0 && len(builder.add) == 0
}

type stageWithText struct{ Stage }

func describedStage(filter Filterer, stage Stage) Stage {
	text, ok := filterText(filter)
	if !ok || text == "" {
		return stage
	}
	described := &stageWithText{stage}
	remember(described, text)
	return described
}

func (s *stageWithText) Process(line []byte, builder *LabelsBuilder) ([]byte, bool) {
	defer recordStage(s, line, builder)()
	return s.Stage.Process(line, builder)
}

func stagesText(stages []Stage) (string, bool) {
	parts := []string{}
	for _, stage := range stages {
		text, ok := stageText(stage)
		if !ok {
			return "", false
		}
		if text != "" {
			parts = append(parts, text)
		}
	}
	return strings.Join(parts, " "), true
}

// A stage as LogQL has it, where it has it.
func stageText(stage interface{}) (string, bool) {
	if text, ok := remembered(stage); ok {
		return text, true
	}
	switch s := stage.(type) {
	case *noopStage:
		return "", true
	case *JSONParser:
		return "| json", true
	case *UnpackParser:
		return "| unpack", true
	case *RegexpParser:
		return "| regexp " + quoted(s.regex.String()), true
	case *LogfmtParser:
		return "| logfmt", true
	case *LabelsFormatter:
		fmts := []LabelFmt{}
		for _, format := range s.formats {
			fmts = append(fmts, format.LabelFmt)
		}
		return labelFormatText(fmts), true
	case LabelFilterer:
		if text := s.String(); text != "" {
			return "| " + text, true
		}
	}
	return "", false
}

// A filter of lines as LogQL has it, where it has it.
func filterText(filter Filterer) (string, bool) {
	switch f := filter.(type) {
	case trueFilter:
		return "", true
	case containsFilter:
		if !f.caseInsensitive {
			return "|= " + quoted(string(f.match)), true
		}
	case notFilter:
		if contains, ok := f.Filterer.(containsFilter); ok && !contains.caseInsensitive {
			return "!= " + quoted(string(contains.match)), true
		}
		text, ok := expressionText(f.Filterer)
		return "!~ " + quoted(text), ok
	case andFilter:
		left, ok := filterText(f.left)
		right, alsoOk := filterText(f.right)
		return left + " " + right, ok && alsoOk
	}
	text, ok := expressionText(filter)
	return "|~ " + quoted(text), ok
}

func expressionText(filter Filterer) (string, bool) {
	switch f := filter.(type) {
	case containsFilter:
		if f.caseInsensitive {
			return "(?i:" + regexp.QuoteMeta(string(f.match)) + ")", true
		}
		return regexp.QuoteMeta(string(f.match)), true
	case regexpFilter:
		return f.String(), true
	case orFilter:
		left, ok := expressionText(f.left)
		right, alsoOk := expressionText(f.right)
		return left + "|" + right, ok && alsoOk
	}
	return "", false
}

func extractionText(expressions []JSONExpression) string {
	parts := []string{}
	for _, e := range expressions {
		parts = append(parts, e.Identifier+"="+quoted(e.Expression))
	}
	return strings.Join(parts, ", ")
}

func labelFormatText(fmts []LabelFmt) string {
	parts := []string{}
	for _, f := range fmts {
		value := f.Value
		if !f.Rename {
			value = quoted(f.Value)
		}
		parts = append(parts, f.Name+"="+value)
	}
	return "| label_format " + strings.Join(parts, ", ")
}

func lineExtractorText(extractor LineExtractor) string {
	if extractor([]byte("abc")) == 3 {
		return "bytes_over_time"
	}
	return "count_over_time"
}

func rememberExtractor(extractor SampleExtractor, function string, stages []Stage, groups []string, without, noLabels bool) {
	text, ok := stagesText(stages)
	if !ok {
		return
	}
	text = function + "(SELECTOR " + text + " [1m])"
	if grouping := groupingText(groups, without, noLabels); grouping != "" {
		text = "sum " + grouping + " (" + text + ")"
	}
	if made, ok := extractor.(*lineSampleExtractor); ok {
		remember(made.baseBuilder, text)
	}
}

func rememberUnwrap(extractor SampleExtractor, label, conversion string, groups []string, without, noLabels bool,
	stages []Stage, postFilter Stage) {
	text, ok := stagesText(stages)
	filter, alsoOk := stageText(postFilter)
	if !ok || !alsoOk {
		return
	}
	unwrap := "| unwrap " + label
	if conversion != ConvertFloat {
		unwrap = "| unwrap " + conversion + "(" + label + ")"
	}
	// The unwrapped label has been added to the groups.
	named := []string{}
	for _, group := range groups {
		if group != label || !without {
			named = append(named, group)
		}
	}
	text = "max_over_time(SELECTOR " + text + " " + unwrap + " " + filter + " [1m])"
	if noLabels {
		// Loki writes an empty grouping of a range as none.
		text = "sum(" + text + ")"
	} else {
		text += groupingText(named, without, false)
	}
	if made, ok := extractor.(*labelSampleExtractor); ok {
		remember(made.baseBuilder, text)
	}
}

func groupingText(groups []string, without, noLabels bool) string {
	if noLabels {
		return "by ()"
	}
	if len(groups) == 0 {
		return ""
	}
	if without {
		return "without (" + strings.Join(groups, ", ") + ")"
	}
	return "by (" + strings.Join(groups, ", ") + ")"
}
