package stash

import (
	"bytes"
	"errors"
	"io/fs"
	"maps"
	"math/rand/v2"
	"path/filepath"
	"strings"
)

// fragile is a file system that fails at a certain call, and loses what was not synced when the machine is lost.
type fragile struct {
	random *rand.Rand
	root   *node
	left   int // calls until it fails; negative: never
}

// node is a file or a folder.
type node struct {
	isDir bool
	now   map[string]*node // entries of a folder
	kept  map[string]*node // as synced
	data  []byte
	safe  []byte // data as synced
}

func dirNode() *node { return &node{isDir: true, now: map[string]*node{}, kept: map[string]*node{}} }

func newFragile(r *rand.Rand) *fragile { return &fragile{random: r, root: dirNode(), left: -1} }

var errKilled = errors.New("the process was killed")

// step counts a call. From a certain one on all fail, as if the process had been killed before it.
func (f *fragile) step() error {
	if f.left == 0 {
		return errKilled
	}
	f.left--
	return nil
}

// lose is what happens to the folder when the machine is lost: of what was done in a folder since it was synced all is
// there or nothing, as in a journal. Of a file that was not synced the end may be missing, and what was written since the
// last sync may be zeros in part, since the disk writes in any order.
func (f *fragile) lose(n *node) {
	if !n.isDir {
		n.data = f.loseData(n)
		n.safe = bytes.Clone(n.data)
		return
	}
	if f.random.IntN(2) == 0 {
		n.now = maps.Clone(n.kept)
	}
	n.kept = maps.Clone(n.now)
	for _, e := range n.now {
		f.lose(e)
	}
}

func (f *fragile) loseData(n *node) []byte {
	if bytes.Equal(n.data, n.safe) || f.random.IntN(3) == 0 {
		return n.data
	}
	if !bytes.HasPrefix(n.data, n.safe) { // it was cut off, and perhaps written again
		return [][]byte{n.safe, n.data}[f.random.IntN(2)]
	}
	begin := len(n.safe)
	data := bytes.Clone(n.data[:begin+f.random.IntN(len(n.data)-begin+1)])
	if left := len(data) - begin; left > 0 {
		hole := begin + f.random.IntN(left)
		clear(data[hole : hole+f.random.IntN(len(data)-hole+1)])
	}
	return data
}

func (f *fragile) find(name string) (*node, error) {
	n := f.root
	for _, part := range strings.Split(filepath.ToSlash(name), "/") {
		if part == "" || part == "." {
			continue
		}
		if n = n.now[part]; n == nil {
			return nil, fs.ErrNotExist
		}
	}
	return n, nil
}

func (f *fragile) parent(name string) (dir *node, base string, err error) {
	dir, err = f.find(filepath.Dir(name))
	return dir, filepath.Base(name), err
}

func (f *fragile) MkdirAll(dir string) error {
	if err := f.step(); err != nil {
		return err
	}
	n := f.root
	for _, part := range strings.Split(filepath.ToSlash(dir), "/") {
		if part == "" || part == "." {
			continue
		}
		if n.now[part] == nil {
			n.now[part] = dirNode()
		}
		n = n.now[part]
	}
	return nil
}

func (f *fragile) List(dir string) (names []string, err error) {
	n, err := f.find(dir)
	if err = errors.Join(f.step(), err); err != nil {
		return nil, err
	}
	for name := range n.now {
		names = append(names, name)
	}
	return names, nil
}

func (f *fragile) Open(name string, makes bool) (file, error) {
	dir, base, err := f.parent(name)
	if err = errors.Join(f.step(), err); err != nil {
		return nil, err
	}
	if dir.now[base] == nil {
		if !makes {
			return nil, fs.ErrNotExist
		}
		dir.now[base] = &node{}
	}
	return &fragileFile{f, dir.now[base]}, nil
}

func (f *fragile) Remove(name string) error {
	_, err := f.find(name)
	if err = errors.Join(f.step(), err); err != nil {
		return err
	}
	dir, base, _ := f.parent(name)
	delete(dir.now, base)
	return nil
}

func (f *fragile) SyncDir(dir string) error {
	n, err := f.find(dir)
	if err = errors.Join(f.step(), err); err != nil {
		return err
	}
	n.kept = maps.Clone(n.now)
	return nil
}

func (f *fragile) OpenLock(string) (fileLock, error) { return noLock{}, nil }

// noLock is the lock of the only process.
type noLock struct{}

func (noLock) Lock() error   { return nil }
func (noLock) Unlock() error { return nil }
func (noLock) Close() error  { return nil }

type fragileFile struct {
	disk *fragile
	n    *node
}

func (f *fragileFile) ReadAt(b []byte, offset int64) (int, error) {
	if err := f.disk.step(); err != nil {
		return 0, err
	}
	return bytes.NewReader(f.n.data).ReadAt(b, offset)
}

func (f *fragileFile) WriteAt(b []byte, offset int64) (int, error) {
	for _, part := range [][]byte{b[:len(b)/2], b} {
		if err := f.disk.step(); err != nil {
			return 0, err
		}
		f.n.data = append(bytes.Clone(f.n.data[:offset]), part...)
	}
	return len(b), f.disk.step()
}

func (f *fragileFile) Truncate(size int64) error {
	if err := f.disk.step(); err != nil {
		return err
	}
	f.n.data = bytes.Clone(f.n.data[:size])
	return nil
}

func (f *fragileFile) Sync() error {
	if err := f.disk.step(); err != nil {
		return err
	}
	f.n.safe = bytes.Clone(f.n.data)
	return nil
}

func (*fragileFile) Close() error { return nil }
