package snippets

import "context"

type Article struct {
	Title string `form:"title" validate:"required,max=100"`
	Text  string `form:"text" validate:"max=5000"`
}

type Articles struct{ all []Article }

func (a *Articles) Add(_ context.Context, one Article) error {
	a.all = append(a.all, one)
	return nil
}

type Page struct{ Articles *Articles }
