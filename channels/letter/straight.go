package letter

import (
	"image"
	"math"
)

// straightened turns a page whose lines are a little askew, and leaves others as they are.
func straightened(page *image.Gray) *image.Gray {
	angle := skew(page)
	if math.Abs(angle) < .4*math.Pi/180 {
		return page
	}
	w, h := float64(page.Rect.Dx()), float64(page.Rect.Dy())
	sin, cos := math.Sincos(angle)
	p := place{xx: cos, xy: sin, yx: -sin, yy: cos}
	p.ox, p.oy = w/2-(w/2*cos-h/2*sin), h/2-(w/2*sin+h/2*cos)
	return cut(page, p, Rect{0, 0, w, h}, 1)
}

// skew is by how much the lines of a page fall to the right, in radians, at most 3 degrees: at that angle lines and the
// gaps between them are told apart best.
func skew(page *image.Gray) float64 {
	dark := darkness(page)
	var best, most float64
	for step := -12; step <= 12; step++ {
		angle := float64(step) * .25 * math.Pi / 180
		if v := contrast(dark, math.Tan(angle)); v > most*1.02 || step == 0 && v >= most*.98 {
			best, most = angle, v
		}
	}
	return best
}

// point is a dark place of a page that was made smaller.
type point struct{ x, y float64 }

// darkness lists the dark places of a page, about 500 to a side.
func darkness(page *image.Gray) []point {
	step := max(1, max(page.Rect.Dx(), page.Rect.Dy())/500)
	var dark []point
	for y := 0; y < page.Rect.Dy(); y += step {
		for x := 0; x < page.Rect.Dx(); x += step {
			if page.Pix[y*page.Stride+x] < 140 {
				dark = append(dark, point{float64(x / step), float64(y / step)})
			}
		}
	}
	return dark
}

// contrast says how unevenly the points fall upon lines of that slope.
func contrast(points []point, slope float64) float64 {
	rows := map[int]float64{}
	for _, p := range points {
		rows[int(math.Floor(p.y-p.x*slope))]++
	}
	sum := 0.
	for _, n := range rows {
		sum += n * n
	}
	return sum
}
