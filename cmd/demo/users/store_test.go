package users

import (
	"context"
	"database/sql"
	"encoding/base64"
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"

	"go.uber.org/goleak"
	"golang.org/x/crypto/argon2"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// openStore opens a new database, and closes it when the test ends.
func openStore(t *testing.T) (s *Store, file string) {
	t.Helper()
	file = filepath.Join(t.TempDir(), "users? 100%.db")
	return reopen(t, file), file
}

func reopen(t *testing.T, file string) *Store {
	t.Helper()
	s, err := Open(t.Context(), file)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	return s
}

// raw opens the file beside the store.
func raw(t *testing.T, file string) *sql.DB {
	t.Helper()
	name, err := source(file)
	if err != nil {
		t.Fatal(err)
	}
	db, err := sql.Open("sqlite", name)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { db.Close() })
	return db
}

// rosa is a user who is not in a new database.
func rosa() User {
	return User{
		Name: "Rosa Lind", Email: "rosa@example.com", Password: "correct horse battery", Age: 31, Country: "DE", Region: "Berlin",
		Newsletter: true, Role: "editor", Addresses: []Address{{"Am Ufer 3", "Berlin"}, {"Talweg 9", "Kassel"}},
	}
}

func create(t *testing.T, s *Store, u User) User {
	t.Helper()
	id, err := s.Create(t.Context(), u)
	if err != nil {
		t.Fatal(err)
	}
	u, err = s.Get(t.Context(), id)
	if err != nil {
		t.Fatal(err)
	}
	return u
}

func TestUsersAreKept(t *testing.T) {
	s, file := openStore(t)
	id := create(t, s, rosa()).ID
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	s = reopen(t, file)
	got, err := s.Get(t.Context(), id)
	want := rosa()
	want.ID, want.Version, want.Password = id, 1, ""
	if err != nil || fmt.Sprint(got) != fmt.Sprint(want) {
		t.Errorf("got %v (%v), want %v", got, err, want)
	}
	if _, all, err := s.List(t.Context(), ""); err != nil || all != len(seed)+1 {
		t.Errorf("there are %d users (%v)", all, err)
	}
}

func TestOneOfManyProgramsFillsANewDatabase(t *testing.T) {
	file := filepath.Join(t.TempDir(), "users.db")
	var group sync.WaitGroup
	for range 8 {
		group.Go(func() {
			s, err := Open(t.Context(), file)
			if err != nil {
				t.Error(err)
				return
			}
			s.Close()
		})
	}
	group.Wait()
	if _, all, err := reopen(t, file).List(t.Context(), ""); err != nil || all != len(seed) {
		t.Errorf("there are %d users (%v), want %d", all, err, len(seed))
	}
}

func TestAFileThatIsNoDatabase(t *testing.T) {
	for _, file := range []string{t.TempDir(), filepath.Join(t.TempDir(), "missing", "folder", "users.db")} {
		if s, err := Open(t.Context(), file); err == nil {
			s.Close()
			t.Errorf("%s was opened", file)
		}
	}
}

func TestSearch(t *testing.T) {
	s, _ := openStore(t)
	for _, u := range []User{{Name: "100% Wool", Email: "wool@example.com"}, {Name: "O'Neill_x", Email: "o'neill@example.org"}} {
		create(t, s, u)
	}
	for search, want := range map[string][]string{
		"RAUN":                {"Maria Braun"},
		"ian@":                {"Ian Fraser"},
		"example.org":         {"O'Neill_x"},
		"%":                   {"100% Wool"},
		"_":                   {"O'Neill_x"},
		`\`:                   nil,
		"'":                   {"O'Neill_x"},
		"' OR 1=1 --":         nil,
		"nobody is like this": nil,
		"a\x00b":              nil,
	} {
		list, all, err := s.List(t.Context(), search)
		var names []string
		for _, e := range list {
			names = append(names, e.Name)
		}
		if err != nil || !slices.Equal(names, want) || all != len(want) {
			t.Errorf("%q finds %q, %d in all (%v), want %q", search, names, all, err, want)
		}
	}
}

func TestAPageShowsSomeOfManyUsersAndThereIsABound(t *testing.T) {
	s, file := openStore(t)
	if _, err := raw(t, file).Exec(`
		WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ?)
		INSERT INTO users (name, email, hash, age, country, region, newsletter, role, addresses)
		SELECT 'Many', i || '@example.org', '', 20, 'DE', '', 0, 'member', 'null' FROM n`, maxUsers-len(seed)); err != nil {
		t.Fatal(err)
	}
	list, all, err := s.List(t.Context(), "")
	if err != nil || len(list) != maxShown || all != maxUsers {
		t.Errorf("%d of %d users (%v)", len(list), all, err)
	}
	if _, err := s.Create(t.Context(), rosa()); !errors.Is(err, ErrFull) {
		t.Errorf("one more: %v", err)
	}
}

// The check before it may have found the email free in both.
func TestOneOfManyGetsAnEmail(t *testing.T) {
	s, _ := openStore(t)
	var group sync.WaitGroup
	var mu sync.Mutex
	results := map[error]int{}
	for i := range 8 {
		u := rosa()
		if i%2 == 1 {
			u.Email = strings.ToUpper(u.Email)
		}
		group.Go(func() {
			_, err := s.Create(t.Context(), u)
			mu.Lock()
			defer mu.Unlock()
			results[err]++
		})
	}
	group.Wait()
	if results[nil] != 1 || results[ErrTaken] != 7 {
		t.Errorf("got %v", results)
	}
}

func TestTaken(t *testing.T) {
	s, _ := openStore(t)
	u := create(t, s, rosa())
	for _, c := range []struct {
		email string
		id    int64
		want  bool
	}{
		{"rosa@example.com", 0, true},
		{"ROSA@example.com", 0, true},
		{"rosa@example.com", u.ID, false},
		{"ada@example.com", u.ID, true},
		{"rosa@example.org", 0, false},
		{"", 0, false},
	} {
		if got, err := s.Taken(t.Context(), c.email, c.id); err != nil || got != c.want {
			t.Errorf("%q for the user %d: %v (%v), want %v", c.email, c.id, got, err, c.want)
		}
	}
}

func TestUpdate(t *testing.T) {
	s, _ := openStore(t)
	u := create(t, s, rosa())
	first, second := u, u
	first.Name, first.Addresses = "Rosa Linde", u.Addresses[:1]
	if err := s.Update(t.Context(), first); err != nil {
		t.Fatal(err)
	}
	second.Age = 32
	if err := s.Update(t.Context(), second); !errors.Is(err, ErrChanged) {
		t.Errorf("the second of two changes: %v", err)
	}
	got, err := s.Get(t.Context(), u.ID)
	if first.Version++; err != nil || fmt.Sprint(got) != fmt.Sprint(first) {
		t.Errorf("got %v (%v), want %v", got, err, first)
	}
	first.Email = "ADA@example.com"
	if err := s.Update(t.Context(), first); !errors.Is(err, ErrTaken) {
		t.Errorf("an email of another user: %v", err)
	}
	first.ID = 1 << 40
	first.Email = "nobody@example.com"
	if err := s.Update(t.Context(), first); !errors.Is(err, ErrNoUser) {
		t.Errorf("a user who is not there: %v", err)
	}
	if _, err := s.Get(t.Context(), first.ID); !errors.Is(err, ErrNoUser) {
		t.Errorf("a user who is not there: %v", err)
	}
}

func TestPasswordsAreStoredAsHashes(t *testing.T) {
	s, file := openStore(t)
	db := raw(t, file)
	stored := func() (hash string) {
		t.Helper()
		if err := db.QueryRow(`SELECT hash FROM users WHERE email = ?`, rosa().Email).Scan(&hash); err != nil {
			t.Fatal(err)
		}
		return hash
	}
	u := create(t, s, rosa())
	first := stored()
	expectHash(t, first, rosa().Password)
	if err := s.Update(t.Context(), u); err != nil { // without a password
		t.Fatal(err)
	}
	if stored() != first {
		t.Error("the password has changed")
	}
	u.Version++
	u.Password = "another one for Rosa"
	if err := s.Update(t.Context(), u); err != nil {
		t.Fatal(err)
	}
	expectHash(t, stored(), u.Password)
	if one := hash(u.Password); one == hash(u.Password) {
		t.Error("two users with the same password have the same hash")
	}
}

// expectHash checks that a hash is that of a password.
func expectHash(t *testing.T, text, password string) {
	t.Helper()
	var version, memory, passes uint32
	var threads uint8
	parts := strings.Split(text, "$")
	if len(parts) != 6 || parts[1] != "argon2id" {
		t.Fatalf("the hash is %q", text)
	}
	_, err := fmt.Sscanf(parts[2]+" "+parts[3], "v=%d m=%d,t=%d,p=%d", &version, &memory, &passes, &threads)
	salt, key := decode(t, parts[4]), decode(t, parts[5])
	if err != nil || version != argon2.Version || string(argon2.IDKey([]byte(password), []byte(salt), passes, memory, threads, uint32(len(key)))) != key {
		t.Errorf("%q is not the hash of %q (%v)", text, password, err)
	}
}

func decode(t *testing.T, text string) string {
	t.Helper()
	b, err := base64.RawStdEncoding.DecodeString(text)
	if err != nil {
		t.Error(err)
	}
	return string(b)
}

// A database that another program has locked, or that is closed, makes an error in time.
func TestADatabaseThatIsLockedOrGone(t *testing.T) {
	s, file := openStore(t)
	u := create(t, s, rosa())
	other, err := raw(t, file).Conn(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer other.Close()
	if _, err := other.ExecContext(t.Context(), `BEGIN EXCLUSIVE`); err != nil {
		t.Fatal(err)
	}
	fails := func(what string) {
		t.Helper()
		_, getErr := s.Get(t.Context(), u.ID)
		for _, err := range []error{getErr, s.Update(t.Context(), u)} {
			if err == nil || errors.Is(err, ErrTaken) || errors.Is(err, ErrNoUser) || errors.Is(err, ErrChanged) {
				t.Errorf("%s: %v", what, err)
			}
		}
	}
	fails("a locked database")
	if _, err := other.ExecContext(t.Context(), `ROLLBACK`); err != nil {
		t.Fatal(err)
	}
	if err := s.Update(t.Context(), u); err != nil {
		t.Errorf("when it is no longer locked: %v", err)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	fails("a closed database")
}

func TestAContextThatIsDoneEndsTheWork(t *testing.T) {
	s, _ := openStore(t)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, _, err := s.List(ctx, ""); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
}
