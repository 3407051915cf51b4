package commands_test

import (
	"log/slog"
	"testing"

	"github.com/sideband-go/sideband/cmd/demo/commands"
	"github.com/sideband-go/sideband/cmd/demo/site"
	"github.com/sideband-go/sideband/handlers"
	"github.com/sideband-go/sideband/livetest"
)

func TestCommands(t *testing.T) {
	kit := handlers.New(site.Config(handlers.Config{Logger: slog.New(slog.DiscardHandler)}))
	page := livetest.Open(t, site.Routes(kit, nil), commands.Path)
	page.Find("#r7").Key("Enter")
	page.Expect("#chosen", "Row 7 is chosen.")
	page.Find("#copy").Click()
}
