package client

import (
	"context"
	"fmt"
	"net/http"
	"strconv"
)

// boundary stands between the parts of an upload.
const boundary = "----sideband-bench-29caa8e5d1f04b8f"

// zeros are what files hold.
var zeros [256 << 10]byte

// Upload sends so many files of a size in the field, as the control of a page does when they are chosen, and waits
// for the answer. It sends one request of the type multipart/form-data to an address, from the page's own.
func (c *Client) Upload(ctx context.Context, address, field string, files int, size int64) (err error) {
	if c.second == nil {
		if c.second, err = dial(ctx, c.address); err != nil {
			return err
		}
	}
	if err = c.upload(address, field, files, size); err != nil {
		return fmt.Errorf("client: POST %s%s: %w", c.path, address, err)
	}
	return nil
}

func (c *Client) upload(address, field string, files int, size int64) error {
	head := func(i int) string {
		return "--" + boundary + "\r\nContent-Disposition: form-data; name=\"" + field + "\"; filename=\"file-" + strconv.Itoa(i) +
			".bin\"\r\nContent-Type: application/octet-stream\r\n\r\n"
	}
	const end = "\r\n"
	last := "--" + boundary + "--\r\n"
	length := int64(len(last))
	for i := range files {
		length += int64(len(head(i))) + size + int64(len(end))
	}
	if err := c.write("POST " + c.path + address + c.headers + "\r\nContent-Type: multipart/form-data; boundary=" + boundary +
		"\r\nContent-Length: " + strconv.FormatInt(length, 10) + "\r\nOrigin: http://" + c.address + "\r\n\r\n"); err != nil {
		return err
	}
	for i := range files {
		if err := c.write(head(i)); err != nil {
			return err
		}
		for left := size; left > 0; left -= int64(len(zeros)) {
			if _, err := c.second.Write(zeros[:min(left, int64(len(zeros)))]); err != nil {
				return err
			}
		}
		if err := c.write(end); err != nil {
			return err
		}
	}
	if err := c.write(last); err != nil {
		return err
	}
	status, body, err := c.second.answer()
	if err == nil && status >= http.StatusMultipleChoices {
		err = fmt.Errorf("status %d: %.200s", status, body)
	}
	return err
}

func (c *Client) write(text string) error {
	_, err := c.second.Write([]byte(text))
	return err
}
