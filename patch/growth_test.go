package patch_test

import (
	"bufio"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
)

// growthOf says to [TestShape] which shape it is to work on, and how large.
const growthOf = "SIDEBAND_SHAPE"

// TestShape is what TestWorkGrowsNoFasterThanThePage runs, in a process of its own.
func TestShape(t *testing.T) {
	name, size, ok := strings.Cut(os.Getenv(growthOf), "/")
	if !ok {
		name, size = shapes[0].name, "10"
	}
	n, err := strconv.Atoi(size)
	if err != nil {
		t.Fatal(err)
	}
	for _, s := range shapes {
		if s.name == name {
			s.work(t, n)
		}
	}
}

// Case 98: TestWorkGrowsNoFasterThanThePage counts, with the compiler's counters of coverage, how
// many statements of the package are executed for pages of two sizes: for one twice as large
// about twice as many.
func TestWorkGrowsNoFasterThanThePage(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	program := filepath.Join(dir, "patch.test")
	build := exec.Command("go", "test", "-c", "-covermode=count", "-o", program, ".")
	if out, err := build.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	steps := func(s shape, n int) (sum int) {
		profile := filepath.Join(dir, "counts")
		c := exec.Command(program, "-test.run=^TestShape$", "-test.coverprofile="+profile)
		c.Env = append(os.Environ(), growthOf+"="+s.name+"/"+strconv.Itoa(n))
		if out, err := c.CombinedOutput(); err != nil {
			t.Fatalf("%v\n%s", err, out)
		}
		f, err := os.Open(profile)
		if err != nil {
			t.Fatal(err)
		}
		defer func() { _ = f.Close() }()
		for lines := bufio.NewScanner(f); lines.Scan(); {
			fields := strings.Fields(lines.Text()) // a place, its statements, how often
			if len(fields) != 3 {
				continue
			}
			statements, _ := strconv.Atoi(fields[1])
			times, _ := strconv.Atoi(fields[2])
			sum += statements * times
		}
		return sum
	}
	const size, mostSteps = 1500, 100
	for _, s := range shapes {
		small, large := steps(s, size), steps(s, 2*size)
		if small == 0 || float64(large) > 2.4*float64(small) {
			t.Errorf("%s: %d steps for %d elements, %d for %d", s.name, small, size, large, 2*size)
		}
		// Some shapes are as deep as elements with ids may be, whatever their size.
		a, b := s.pages(2 * size)
		if large > mostSteps*(len(a)+len(b)) {
			t.Errorf("%s: %d steps for %d bytes", s.name, large, len(a)+len(b))
		}
	}
}
