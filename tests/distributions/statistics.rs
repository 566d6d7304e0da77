//! Goodness of fit: the incomplete gamma function, chi-square, Kolmogorov–Smirnov.

/// The share of a gamma distribution with this shape and scale 1 that lies below `x`: the
/// regularized lower incomplete gamma function, by its series or its continued fraction
/// (Abramowitz and Stegun, 6.5.29 and 6.5.31, the latter by Lentz's method).
pub fn gamma_below(shape: f64, x: f64) -> f64 {
    if x <= 0.0 {
        return 0.0;
    }
    let front = libm::exp(shape * libm::log(x) - x - libm::lgamma(shape));
    if x < shape + 1.0 {
        front * gamma_series(shape, x)
    } else {
        1.0 - front * gamma_fraction(shape, x)
    }
}

fn gamma_series(shape: f64, x: f64) -> f64 {
    let (mut term, mut sum, mut n) = (1.0 / shape, 1.0 / shape, shape);
    while term > sum * 1e-16 {
        n += 1.0;
        term *= x / n;
        sum += term;
    }
    sum
}

fn gamma_fraction(shape: f64, x: f64) -> f64 {
    let mut b = x + 1.0 - shape;
    let (mut c, mut d) = (1e300, 1.0 / b);
    let mut fraction = d;
    for i in 1.. {
        let a = -f64::from(i) * (f64::from(i) - shape);
        b += 2.0;
        d = 1.0 / (a * d + b);
        c = b + a / c;
        fraction *= c * d;
        if (c * d - 1.0).abs() < 1e-15 {
            break;
        }
    }
    fraction
}

/// The share of the standard normal distribution below `z`.
pub fn normal_below(z: f64) -> f64 {
    libm::erfc(-z * std::f64::consts::FRAC_1_SQRT_2) / 2.0
}

/// How likely a chi-square variable is below `statistic`.
pub fn chi_square_below(statistic: f64, degrees: usize) -> f64 {
    gamma_below(degrees as f64 / 2.0, statistic / 2.0)
}

/// Counts against their expectations: Σ (count − expected)² ÷ expected.
pub fn chi_square(counts: &[u64], expected: impl Fn(usize) -> f64) -> f64 {
    let squares = counts.iter().enumerate().map(|(cell, &count)| {
        let expected = expected(cell);
        assert!(expected >= 5.0, "cell {cell} is too small: {expected}");
        let difference = count as f64 - expected;
        difference * difference / expected
    });
    squares.sum()
}

/// √n times the greatest distance between the samples' distribution and `below`: Kolmogorov's
/// statistic. Above 1.9495 once in a thousand.
pub fn kolmogorov(samples: &mut [u64], below: impl Fn(f64) -> f64) -> f64 {
    samples.sort_unstable();
    let n = samples.len() as f64;
    let distances = samples.iter().enumerate().map(|(rank, &sample)| {
        let share = below(sample as f64);
        (share - rank as f64 / n).max((rank + 1) as f64 / n - share)
    });
    distances.fold(0.0, f64::max) * libm::sqrt(n)
}

/// What Kolmogorov's statistic exceeds once in a thousand: 2 Σ (−1)ᵏ⁻¹ e^(−2 k² x²) = 0.001.
pub const KOLMOGOROV_ONCE_IN_1000: f64 = 1.9495;

#[test]
fn the_incomplete_gamma_function_agrees_with_closed_forms() {
    for x in [0.01, 0.5, 1.0, 2.5, 10.0, 40.0] {
        // Shape 1: 1 − e⁻ˣ. Shape ½: erf(√x). Shape 3: 1 − e⁻ˣ (1 + x + x² ÷ 2).
        let e = libm::exp(-x);
        for (shape, expected) in [
            (1.0, 1.0 - e),
            (0.5, libm::erf(libm::sqrt(x))),
            (3.0, 1.0 - e * (1.0 + x + x * x / 2.0)),
        ] {
            let got = gamma_below(shape, x);
            assert!((got - expected).abs() < 1e-14, "{shape}, {x}: {got}");
        }
    }
    // Tables of chi-square: 95 % of 10 degrees lie below 18.307, 99.9 % of 100 below 149.449.
    assert!((chi_square_below(18.307, 10) - 0.95).abs() < 1e-5);
    assert!((chi_square_below(149.449, 100) - 0.999).abs() < 1e-6);
}
