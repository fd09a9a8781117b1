//! MD5 (RFC 1321), for `md5sum` alone: nothing else here trusts it.

/// A digest in the making.
pub struct Md5 {
    state: [u32; 4],
    held: Vec<u8>,
    length: u64,
}

const SHIFTS: [[u32; 4]; 4] = [[7, 12, 17, 22], [5, 9, 14, 20], [4, 11, 16, 23], [6, 10, 15, 21]];

impl Md5 {
    /// Of nothing yet.
    pub fn new() -> Md5 {
        Md5 { state: [0x6745_2301, 0xefcd_ab89, 0x98ba_dcfe, 0x1032_5476], held: Vec::new(), length: 0 }
    }

    /// Adds bytes.
    pub fn update(&mut self, bytes: &[u8]) {
        self.length += bytes.len() as u64;
        self.held.extend_from_slice(bytes);
        let held = std::mem::take(&mut self.held);
        let mut blocks = held.chunks_exact(64);
        for block in &mut blocks {
            self.block(block);
        }
        self.held = blocks.remainder().to_vec();
    }

    /// The digest.
    pub fn finish(mut self) -> [u8; 16] {
        let bits = self.length.wrapping_mul(8);
        let pad = 1 + (119 - self.length % 64) % 64;
        let mut tail = vec![0u8; pad as usize];
        if let Some(first) = tail.first_mut() {
            *first = 0x80;
        }
        tail.extend_from_slice(&bits.to_le_bytes());
        self.update(&tail);
        let mut out = [0; 16];
        for (slot, b) in out.iter_mut().zip(self.state.iter().flat_map(|w| w.to_le_bytes())) {
            *slot = b;
        }
        out
    }

    fn block(&mut self, block: &[u8]) {
        let word = |n: usize| block.iter().skip(4 * n).take(4).rev().fold(0u32, |w, b| w << 8 | u32::from(*b));
        let [mut a, mut b, mut c, mut d] = self.state;
        for i in 0..64usize {
            let (f, g) = match i / 16 {
                0 => (b & c | !b & d, i),
                1 => (d & b | !d & c, 5 * i + 1),
                2 => (b ^ c ^ d, 3 * i + 5),
                _ => (c ^ (b | !d), 7 * i),
            };
            // The constants are the sines of the integers.
            let constant = (((i + 1) as f64).sin().abs() * 4_294_967_296.0) as u32;
            let shift = SHIFTS.get(i / 16).and_then(|row| row.get(i % 4)).copied().unwrap_or(0);
            let sum = a.wrapping_add(f).wrapping_add(constant).wrapping_add(word(g % 16));
            (a, d, c, b) = (d, c, b, b.wrapping_add(sum.rotate_left(shift)));
        }
        for (slot, add) in self.state.iter_mut().zip([a, b, c, d]) {
            *slot = slot.wrapping_add(add);
        }
    }
}
