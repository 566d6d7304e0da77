//! What a million samples of each distribution were when it was written: they never change.
//!
//! A failure here means that every simulated result moves. The same hashes hold in every profile.

use fedsim::engine::distribution::{Empirical, Pareto, Weibull};
use fedsim::engine::hash;
use fedsim::engine::{Distribution, Span, Zipf};

use super::{Numbered, contoso, keys};

const SAMPLES: u64 = 1_000_000;

#[test]
fn a_million_samples_of_each_distribution_never_change() {
    let ms = Span::from_milliseconds;
    let keys = keys();
    let mut changed = Vec::new();
    for (distribution, known) in [
        (
            Ok(Distribution::constant(ms(250))),
            0x2a1e_02fc_88d6_483c_4bee_41b3_a846_3d2c,
        ),
        (
            Distribution::uniform(ms(1), ms(5)),
            0x0e2a_daff_0662_1650_6197_c361_618d_9f81,
        ),
        (
            Distribution::uniform(Span::ZERO, Span::MAX),
            0xed03_41d3_78e7_df08_b651_dd4b_0c25_c087,
        ),
        (
            Distribution::exponential(ms(180)),
            0xdd4b_996d_c6df_030a_559e_1faa_d92b_2b61,
        ),
        (
            Distribution::lognormal(ms(180), ms(1_800)),
            0x5869_9a0e_832c_6373_b15e_d7e1_8d2e_96a4,
        ),
        (
            Distribution::lognormal(ms(5), ms(12)),
            0x2bdd_b98c_bca0_6b74_71c1_60ea_c129_6edb,
        ),
        (
            Distribution::gamma(ms(40), 0.3),
            0x7681_c6b6_feef_4732_8427_21db_17a2_8f19,
        ),
        (
            Distribution::gamma(ms(40), 1.0),
            0x9d69_45f0_9b78_fb17_4902_d8ed_f841_d4d8,
        ),
        (
            Distribution::gamma(ms(40), 2.5),
            0xc680_df13_6706_f735_ad56_0848_0388_d029,
        ),
        (
            Distribution::gamma(ms(40), 100.0),
            0xbb1a_eda7_b1c6_805c_9902_e122_be79_cc60,
        ),
        (
            Weibull::with_scale(0.7, ms(40)).map(Distribution::Weibull),
            0x3bea_c1e2_41ff_eadc_2876_9670_d73c_2a51,
        ),
        (
            Weibull::with_quantiles(ms(40), ms(900)).map(Distribution::Weibull),
            0x3e71_9bb9_ff59_84e3_c116_83c5_41e5_fba0,
        ),
        (
            Pareto::with_shape(1.5, ms(40)).map(Distribution::Pareto),
            0x11bf_c3e0_0e77_518c_0cf5_d633_cb40_0736,
        ),
        (
            Pareto::with_p99(ms(5), ms(400)).map(Distribution::Pareto),
            0x7803_0fd9_c370_fcab_91f9_4e28_4d08_022e,
        ),
        (
            Empirical::interpolated("", [3, 1, 90, 4, 4].map(ms).into())
                .map(Distribution::Empirical),
            0x74d1_5689_08de_b045_81c2_cf22_f904_4c85,
        ),
        (
            Empirical::weighted("", vec![(ms(9), 1), (ms(1), 7), (ms(2), 5)])
                .map(Distribution::Empirical),
            0x3b37_4b44_4251_6975_967e_31f8_0056_2e90,
        ),
    ] {
        let distribution = distribution.expect("valid parameters");
        let words = (0..SAMPLES).map(|index| {
            distribution
                .sample(&keys, Numbered(1), contoso(), index)
                .nanoseconds()
        });
        let hash = hash_of(words);
        if hash != known {
            changed.push(format!("{distribution}: {hash:#034x}"));
        }
    }
    assert!(changed.is_empty(), "{changed:#?}");
}

#[test]
fn a_million_ranks_of_zipfs_law_never_change() {
    let keys = keys();
    let mut changed = Vec::new();
    for (ranks, exponent, known) in [
        (10, 0.0, 0xde7e_683f_5ee4_97c4_bff3_85fe_f7ca_2749),
        (1_000, 0.8, 0xcca3_2418_7682_a8bc_f7f8_f8dd_7af6_d9ef),
        (1_000, 1.0, 0x7c92_a277_038e_818b_9243_7a48_fe93_d43e),
        (10_000_000, 1.1, 0xe1e7_9774_e9c0_cb99_f141_142d_d5ce_de21),
        (u32::MAX, 2.0, 0x0744_8334_b246_697d_49b4_bced_2cb7_b9ab),
    ] {
        let zipf = Zipf::new(ranks, exponent).expect("valid parameters");
        let words = (0..SAMPLES).map(|index| {
            let mut stream = keys.stream(Numbered(2), contoso(), index);
            u64::from(zipf.sample(&mut stream))
        });
        let hash = hash_of(words);
        if hash != known {
            changed.push(format!("{zipf}: {hash:#034x}"));
        }
    }
    assert!(changed.is_empty(), "{changed:#?}");
}

fn hash_of(words: impl Iterator<Item = u64>) -> u128 {
    let bytes: Vec<u8> = words.flat_map(u64::to_le_bytes).collect();
    hash::bytes_128(&bytes)
}
