package snippets

import "github.com/sideband-go/sideband/views"

var layout = views.DefaultLayout
