// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <algorithm>
#include <cstdint>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include <zlib.h>
#include <zstd.h>

#include "shaman/pack/rewrite.hpp"

/// .blend-like files in each form, made and read by zlib and zstd themselves.
namespace shaman::pack::test {

inline std::string little_endian(std::uint64_t value, int bytes) {
  std::string out;
  for (int i = 0; i < bytes; ++i)
    out += static_cast<char>(value >> 8 * i & 0xFF);
  return out;
}

/// Bytes that compress, but not to nothing, and begin as a .blend does.
inline std::string blend_like(std::size_t size) {
  std::string content = "BLENDER-v304";
  std::uint32_t state = 1;
  while (content.size() < size) {
    state = state * 1664525 + 1013904223;
    content += "block " + std::to_string(state >> 20) + ' ';
  }
  content.resize(size);
  return content;
}

/// Puts a path into a field of `capacity` bytes, zeros behind it.
inline void put_field(std::string& content, std::uint64_t offset, std::uint32_t capacity,
                      std::string_view path) {
  std::string field(path);
  field.resize(capacity, '\0');
  content.replace(static_cast<std::size_t>(offset), capacity, field);
}

inline std::string gzip(std::string_view content) {
  z_stream stream{};
  if (deflateInit2(&stream, 1, Z_DEFLATED, 31, 8, Z_DEFAULT_STRATEGY) != Z_OK)
    throw std::runtime_error("deflateInit2");
  std::string out(deflateBound(&stream, content.size()) + 64, '\0');
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(content.data()));
  stream.avail_in = static_cast<uInt>(content.size());
  stream.next_out = reinterpret_cast<Bytef*>(out.data());
  stream.avail_out = static_cast<uInt>(out.size());
  deflate(&stream, Z_FINISH);
  out.resize(stream.total_out);
  deflateEnd(&stream);
  return out;
}

inline std::string gunzip(std::string_view file) {
  z_stream stream{};
  if (inflateInit2(&stream, 31) != Z_OK) throw std::runtime_error("inflateInit2");
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(file.data()));
  stream.avail_in = static_cast<uInt>(file.size());
  std::string out;
  std::vector<char> buffer(1 << 16);
  int status = Z_OK;
  while (status == Z_OK) {
    stream.next_out = reinterpret_cast<Bytef*>(buffer.data());
    stream.avail_out = static_cast<uInt>(buffer.size());
    status = inflate(&stream, Z_NO_FLUSH);
    out.append(buffer.data(), buffer.size() - stream.avail_out);
  }
  inflateEnd(&stream);
  if (status != Z_STREAM_END) throw std::runtime_error("not a whole gzip file");
  return out;
}

struct ZstdForm {
  std::size_t frame_size = 0;  ///< content of a frame; 0: one frame
  bool content_sizes = true;
  bool checksums = false;
  bool seek_table = true;
  bool table_checksums = false;
};

inline std::string zstd_frame(std::string_view content, const ZstdForm& form, bool checksum) {
  ZSTD_CCtx* const context = ZSTD_createCCtx();
  ZSTD_CCtx_setParameter(context, ZSTD_c_checksumFlag, checksum ? 1 : 0);
  ZSTD_CCtx_setParameter(context, ZSTD_c_contentSizeFlag, form.content_sizes ? 1 : 0);
  ZSTD_CCtx_setParameter(context, ZSTD_c_compressionLevel, 5);  // another than the rewriter's
  std::string out(ZSTD_compressBound(content.size()), '\0');
  out.resize(ZSTD_compress2(context, out.data(), out.size(), content.data(), content.size()));
  ZSTD_freeCCtx(context);
  return out;
}

/// The frames of a file, without its seek table.
inline std::vector<std::string> zstd_frames(std::string_view content, const ZstdForm& form) {
  std::vector<std::string> frames;
  const std::size_t step = form.frame_size == 0 ? content.size() : form.frame_size;
  for (std::size_t at = 0; at < content.size(); at += step)
    frames.push_back(zstd_frame(content.substr(at, step), form, form.checksums));
  return frames;
}

inline std::string zstd(std::string_view content, const ZstdForm& form) {
  std::string file;
  std::string entries;
  const std::size_t step = form.frame_size == 0 ? content.size() : form.frame_size;
  std::size_t at = 0;
  const std::vector<std::string> frames = zstd_frames(content, form);
  for (const std::string& frame : frames) {
    const std::string_view piece = content.substr(at, step);
    file += frame;
    entries += little_endian(frame.size(), 4) + little_endian(piece.size(), 4);
    if (form.table_checksums) {
      const std::string checked = zstd_frame(piece, form, true);
      entries += checked.substr(checked.size() - 4);
    }
    at += step;
  }
  if (!form.seek_table) return file;
  return file + little_endian(0x184D2A5E, 4) + little_endian(entries.size() + 9, 4) + entries +
         little_endian(frames.size(), 4) + (form.table_checksums ? '\x80' : '\0') +
         little_endian(0x8F92EAB1, 4);
}

inline std::string unzstd(std::string_view file) {
  ZSTD_DCtx* const context = ZSTD_createDCtx();
  ZSTD_inBuffer in{file.data(), file.size(), 0};
  std::string out;
  std::vector<char> buffer(1 << 16);
  std::size_t status = 0;
  bool full = false;
  while (in.pos < in.size || full) {
    ZSTD_outBuffer piece{buffer.data(), buffer.size(), 0};
    status = ZSTD_decompressStream(context, &piece, &in);
    if (ZSTD_isError(status) != 0) break;
    out.append(buffer.data(), piece.pos);
    full = piece.pos == piece.size;
  }
  ZSTD_freeDCtx(context);
  if (status != 0) throw std::runtime_error("not a whole zstd file");
  return out;
}

/// What is in a .blend of any form.
inline std::string content_of(std::string_view file) {
  if (file.starts_with("\x1f\x8b")) return gunzip(file);
  if (file.starts_with("\x28\xb5\x2f\xfd")) return unzstd(file);
  return std::string(file);
}

inline result<std::string> rewritten(const std::string& path, const std::vector<Patch>& patches) {
  std::string out;
  const Sink sink = [&](std::span<const std::byte> piece) -> result<void> {
    out.append(reinterpret_cast<const char*>(piece.data()), piece.size());
    return {};
  };
  if (const auto done = rewrite_blend(path, patches, sink); !done) return done.error();
  return out;
}

}  // namespace shaman::pack::test
