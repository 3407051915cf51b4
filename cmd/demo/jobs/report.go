package jobs

import (
	"context"
	"fmt"
	"math"
	"math/rand/v2"
	"time"

	"github.com/sideband-go/sideband/state"
)

// Sales is the report: made up anew each time.
type Sales struct {
	Made time.Time
	Rows []Row
}

// Row is what one region has sold.
type Row struct {
	Region string
	Amount int
}

var regions = []string{"North", "East", "South", "West"}

func (p Page) report(ctx context.Context) (Sales, error) {
	var sales Sales
	for i, region := range regions {
		for range 2 {
			if err := p.step(ctx); err != nil {
				return Sales{}, err
			}
		}
		sales.Rows = append(sales.Rows, Row{region, 1000 + rand.IntN(9000)})
		state.Progress(ctx, float64(i+1)/float64(len(regions)))
	}
	sales.Made = time.Now()
	return sales, nil
}

// seconds is how long somebody has to wait.
func seconds(d time.Duration) string { return fmt.Sprintf("%.0f seconds", math.Ceil(d.Seconds())) }
