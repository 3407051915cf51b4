package handlers

import (
	"io/fs"
	"slices"
)

// Script adds a JavaScript module of the application's to the head of all pages: the file of that name in fsys, such as
// an embed.FS. It is for custom elements, and for what listens to pushed events. Call it before the first page is served.
//
// The module runs before htmx, which then connects the page: what listens to pushed events hears those of Mount and Connect.
// What uses htmx as the page loads waits for DOMContentLoaded.
//
// The kit serves it with all scripts, stylesheets and WebAssembly of fsys (.js, .mjs, .css, .wasm, .map), hidden files
// left out, below one folder of [Kit.Assets] whose name changes with the content of any of them: modules import each other
// by relative addresses, and browsers keep them for ever. [DefaultPolicy] allows them.
//
// Script panics if fsys has no such file, or can't be read.
func (k *Kit) Script(fsys fs.FS, name string) {
	k.mu.Lock()
	defer k.mu.Unlock()
	assets, folder := k.assets.Load().WithFolder(fsys)
	address := k.AssetsPath() + "/" + assets.Path(folder+"/"+name)
	if slices.Contains(*k.scripts.Load(), address) {
		return
	}
	k.assets.Store(assets)
	list := append(slices.Clone(*k.scripts.Load()), address)
	k.scripts.Store(&list)
}
