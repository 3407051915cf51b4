package fault

// Quoted is an error about a value: what a user has sent, an id, an address. Its text does not have the value, since texts of
// errors are logged; the kit's log tells it with Config.Development.
type Quoted struct {
	Value string
	Err   error
}

// maxQuoted is how much of a value is kept.
const maxQuoted = 100

// Quote returns an error about a value, of which it keeps the beginning.
func Quote(value string, err error) error {
	return &Quoted{Value: string([]byte(value[:min(len(value), maxQuoted)])), Err: err}
}

// Error returns the text without the value.
func (q *Quoted) Error() string { return q.Err.Error() }

// Unwrap returns the error without the value.
func (q *Quoted) Unwrap() error { return q.Err }

// ValuesOf returns the values that an error and those in it are about.
func ValuesOf(err error) (values []string) {
	defer func() { _ = recover() }() // what an error of the application's wraps may be asked once, and then panic
	left := maxWrapped
	valuesOf(err, &left, &values)
	return values
}

func valuesOf(err error, left *int, values *[]string) {
	for err != nil {
		if *left--; *left < 0 {
			return
		}
		switch e := err.(type) { //nolint:errorlint // this goes through what the error wraps
		case *Quoted:
			*values = append(*values, e.Value)
			err = e.Err
		case *appError:
			err = e.err
		case interface{ Unwrap() error }:
			err = e.Unwrap()
		case interface{ Unwrap() []error }:
			for _, inner := range e.Unwrap() {
				valuesOf(inner, left, values)
			}
			return
		default:
			return
		}
	}
}
