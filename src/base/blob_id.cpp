// SPDX-License-Identifier: GPL-3.0-or-later
#include "shaman/blob_id.hpp"

namespace shaman {

std::string BlobId::brief() const {
  return digest.hex().substr(0, 12) + "…-" + std::to_string(size);
}

}  // namespace shaman
