package tab_test

import (
	"testing"

	"go.uber.org/goleak"

	"github.com/sideband-go/sideband/internal/browser"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(browser.Tests{M: m}) }
