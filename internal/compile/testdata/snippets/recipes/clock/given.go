package snippets

type Page struct{}
