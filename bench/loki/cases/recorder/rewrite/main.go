// Makes Loki's own tests of LogQL tell what they ask. In a temporary copy of Loki's module it inserts a call of a
// recorder (the folders beside this one) at the start of some functions; then `go test` there writes each case as a
// line of JSON. So the cases are those which the tests run, and no text of Loki is a part of this repository.
package main

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"sort"
	"strings"
)

// One change of a file's text.
type edit struct {
	from, to int
	text     string
}

// What is called in a function. RECV, P0 … P9 and R0, R1 stand for its receiver, parameters and results.
type hook struct {
	// "Name", or "Type.Name" for a method; "*.Name" is that method of any type.
	function string
	// The type of the last parameter, where several functions of one name must be told apart.
	lastParameter string
	statement     string
	// Whether it is called in each turn of the function's first loop.
	loop bool
}

var hooks = map[string][]hook{
	"pkg/logql/log/jsonexpr": {
		{function: "Parse", statement: "recordParse(`{a=\"b\"} | json x=` + quoted(P0))"},
	},
	"pkg/logql/log": {
		{function: "parseRegexpFilter", statement: "recordParse(`{a=\"b\"} |~ ` + quoted(P0))"},
		{function: "NewRegexpParser", statement: "recordParse(`{a=\"b\"} | regexp ` + quoted(P0))"},
		{function: "NewFormatter", statement: "recordParse(`{a=\"b\"} | line_format ` + quoted(P0)); defer func() { remember(R0, `| line_format ` + quoted(P0)) }()"},
		{function: "NewJSONExpressionParser", statement: "defer func() { remember(R0, `| json ` + extractionText(P0)) }()"},
		{function: "NewLineSampleExtractor", statement: "defer func() { rememberExtractor(R0, lineExtractorText(P0), P1, P2, P3, P4) }()"},
		{function: "LabelExtractorWithStages", statement: "defer func() { rememberUnwrap(R0, P0, P1, P2, P3, P4, P5, P6) }()"},
		{function: "*.ToStage", statement: "defer func() { R0 = describedStage(RECV, R0) }()"},
		{function: "*.Filter", lastParameter: "[]byte", statement: "defer recordFilter(RECV, P0)()"},
		{function: "*.Process", lastParameter: "*LabelsBuilder", statement: "defer recordStage(RECV, P0, P1)()"},
		{function: "*streamPipeline.Process", statement: "defer recordPipeline(RECV.stages, RECV.builder, P0)()"},
		{function: "*streamLineSampleExtractor.Process", statement: "defer recordSample(RECV.builder, P0)()"},
		{function: "*streamLabelSampleExtractor.Process", statement: "defer recordSample(RECV.builder, P0)()"},
		{function: "validate", statement: "recordParse(`{a=\"b\"} ` + labelFormatText(P0))"},
		{function: "trunc", statement: "recordFunction(`trunc`, []int{P0}, P1)"},
		{function: "substring", statement: "recordFunction(`substr`, []int{P0, P1}, P2)"},
		{function: "sanitizeLabelKey", statement: "recordKey(P0)"},
	},
	"pkg/logql": {
		{function: "ParseExpr", statement: "recordParse(P0)"},
		{function: "NewEngine", statement: "defer func() { rememberEngine(R0, P1) }()"},
		{function: "*Engine.Query", statement: "recordQuery(RECV, P0)"},
		{function: "newQuerierRecorder", statement: "defer func() { rememberData(R0, P1) }()"},
		{function: "mergeBinOp", statement: "recordOperator(P0, P1, P2, P3)"},
		{function: "newSampleIterator", statement: "rememberSamples(samples)"},
		{function: "newRangeVectorIterator", statement: "recordRange(P1, P2, P3, P4)"},
		// Its queries go to the lexer alone.
		{function: "TestLex", loop: true, statement: "recordParse(tc.input)"},
	},
}

func main() {
	module, recorders := os.Args[1], os.Args[2]
	for folder, ofFolder := range hooks {
		files, err := filepath.Glob(filepath.Join(module, folder, "*.go"))
		check(err)
		for _, file := range files {
			rewrite(file, ofFolder)
		}
		copyRecorders(filepath.Join(module, folder), recorders, filepath.Base(folder))
	}
}

// The recorder of a package and the sink that all recorders share, as files of that package.
func copyRecorders(folder, recorders, name string) {
	files, err := filepath.Glob(filepath.Join(recorders, name, "*.go"))
	check(err)
	sinks, err := filepath.Glob(filepath.Join(recorders, "sink", "*.go"))
	check(err)
	for _, file := range append(files, sinks...) {
		text, err := os.ReadFile(file)
		check(err)
		asPackage := strings.Replace(string(text), "\npackage sink\n", "\npackage "+name+"\n", 1)
		check(os.WriteFile(filepath.Join(folder, "recorder_"+filepath.Base(file)), []byte(asPackage), 0o644))
	}
}

func rewrite(file string, hooks []hook) {
	text, err := os.ReadFile(file)
	check(err)
	files := token.NewFileSet()
	tree, err := parser.ParseFile(files, file, text, 0)
	check(err)
	edits := []edit{}
	for _, declaration := range tree.Decls {
		function, ok := declaration.(*ast.FuncDecl)
		if !ok || function.Body == nil {
			continue
		}
		for _, h := range hooks {
			if applies(h, function) {
				edits = append(edits, editsOf(h, function, files, string(text))...)
				break
			}
		}
	}
	if len(edits) == 0 {
		return
	}
	sort.SliceStable(edits, func(i, j int) bool { return edits[i].from > edits[j].from })
	changed := string(text)
	for _, e := range edits {
		changed = changed[:e.from] + e.text + changed[e.to:]
	}
	check(os.WriteFile(file, []byte(changed), 0o644))
}

func applies(h hook, function *ast.FuncDecl) bool {
	receiver, name, isMethod := strings.Cut(h.function, ".")
	if !isMethod {
		receiver, name = "", h.function
	}
	if function.Name.Name != name || isMethod != (function.Recv != nil) {
		return false
	}
	if isMethod && receiver != "*" && receiver != typeText(function.Recv.List[0].Type) {
		return false
	}
	parameters := function.Type.Params.List
	return h.lastParameter == "" ||
		len(parameters) > 0 && typeText(parameters[len(parameters)-1].Type) == h.lastParameter
}

func typeText(expr ast.Expr) string {
	switch t := expr.(type) {
	case *ast.StarExpr:
		return "*" + typeText(t.X)
	case *ast.ArrayType:
		return "[]" + typeText(t.Elt)
	case *ast.Ident:
		return t.Name
	}
	return "?"
}

// Names what has no name, and inserts the statement.
func editsOf(h hook, function *ast.FuncDecl, files *token.FileSet, text string) []edit {
	edits := []edit{}
	statement := h.statement
	at := func(p token.Pos) int { return files.Position(p).Offset }
	nameFields := func(list *ast.FieldList, prefix string) {
		if list == nil {
			return
		}
		n := 0
		for _, field := range list.List {
			if len(field.Names) == 0 {
				name := fmt.Sprintf("rec%s%d", prefix, n)
				edits = append(edits, edit{at(field.Pos()), at(field.Pos()), name + " "})
				statement = replaceWord(statement, fmt.Sprintf("%s%d", prefix, n), name)
				n++
			}
			for _, ident := range field.Names {
				name := ident.Name
				if name == "_" {
					name = fmt.Sprintf("rec%s%d", prefix, n)
					edits = append(edits, edit{at(ident.Pos()), at(ident.End()), name})
				}
				statement = replaceWord(statement, fmt.Sprintf("%s%d", prefix, n), name)
				n++
			}
		}
	}
	nameFields(function.Type.Params, "P")
	if results := function.Type.Results; results != nil && strings.Contains(statement, "R0") {
		nameFields(results, "R")
		if results.Opening == token.NoPos {
			edits = append(edits, edit{at(results.Pos()), at(results.Pos()), "("})
			edits = append(edits, edit{at(results.End()), at(results.End()), ")"})
		}
	}
	if function.Recv != nil {
		field := function.Recv.List[0]
		name := "recRECV"
		if len(field.Names) == 0 {
			edits = append(edits, edit{at(field.Pos()), at(field.Pos()), name + " "})
		} else {
			name = field.Names[0].Name
		}
		statement = strings.ReplaceAll(statement, "RECV", name)
	}
	start := at(function.Body.Lbrace) + 1
	if h.loop {
		for _, one := range function.Body.List {
			if loop, ok := one.(*ast.RangeStmt); ok {
				start = at(loop.Body.Lbrace) + 1
				break
			}
		}
	}
	return append(edits, edit{start, start, " " + statement + "; "})
}

func replaceWord(text, word, by string) string { return strings.ReplaceAll(text, word, by) }

func check(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}
