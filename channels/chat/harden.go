package chat

import (
	"net/http"
	"strings"
)

// policy lets a page run its own script and style, talk to its own server, and nothing else: no inline code, no frame, no
// plug-in, no foreign source, and no way from a string to markup.
const policy = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob:; connect-src 'self'; base-uri 'none'; " +
	"form-action 'self'; frame-ancestors 'none'; require-trusted-types-for 'script'; trusted-types 'none'"

// powers are what a page here never needs.
var powers = []string{"accelerometer", "ambient-light-sensor", "autoplay", "battery", "bluetooth", "browsing-topics", "camera",
	"clipboard-read", "clipboard-write", "display-capture", "encrypted-media", "fullscreen", "gamepad", "geolocation", "gyroscope", "hid",
	"idle-detection", "interest-cohort", "keyboard-map", "local-fonts", "magnetometer", "microphone", "midi", "payment",
	"picture-in-picture", "publickey-credentials-get", "screen-wake-lock", "serial", "storage-access", "usb", "web-share",
	"window-management", "xr-spatial-tracking"}

// Harden puts the headers of the public listener on every response of next, errors and upgrades included: nothing is kept
// by browsers and proxies, nothing is sent to others, nothing is embedded, nothing is searchable. Where the public URL is
// https, browsers are told to use nothing else for two years.
func Harden(next http.Handler, publicURL string) http.Handler {
	fixed := map[string]string{
		"Content-Security-Policy":           policy,
		"Referrer-Policy":                   "no-referrer",
		"Cross-Origin-Opener-Policy":        "same-origin",
		"Cross-Origin-Embedder-Policy":      "require-corp",
		"Cross-Origin-Resource-Policy":      "same-origin",
		"X-Content-Type-Options":            "nosniff",
		"X-Frame-Options":                   "DENY",
		"X-Robots-Tag":                      "noindex, nofollow, noarchive",
		"X-DNS-Prefetch-Control":            "off",
		"X-Permitted-Cross-Domain-Policies": "none",
		"Cache-Control":                     "no-store",
		"Permissions-Policy":                strings.Join(powers, "=(), ") + "=()",
	}
	if strings.HasPrefix(strings.ToLower(publicURL), "https://") {
		fixed["Strict-Transport-Security"] = "max-age=63072000"
	}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h := w.Header()
		for name, value := range fixed {
			h.Set(name, value)
		}
		next.ServeHTTP(w, r)
	})
}
