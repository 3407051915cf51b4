package htmxdom_test

import (
	"os"
	"testing"

	"github.com/sideband-go/sideband/internal/browser"
)

func TestMain(m *testing.M) { os.Exit(browser.Tests{M: m}.Run()) }
